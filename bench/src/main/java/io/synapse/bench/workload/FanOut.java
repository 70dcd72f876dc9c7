package io.synapse.bench.workload;

import io.synapse.bench.load.Client;
import io.synapse.bench.load.FrameKind;
import io.synapse.bench.load.Latencies;
import io.synapse.bench.load.LoadGenerator;
import io.synapse.bench.load.OpenLoop;
import io.synapse.bench.load.Schedule;
import java.net.URI;
import java.util.Arrays;
import java.util.List;

/** One connection publishes, all others receive. Messages are deliveries; the replies to the publisher do not count. */
final class FanOut implements Traffic {

    private final Workload workload;
    private final LoadGenerator generator;
    private final List<Client> publisher;
    private final List<Client> subscribers;

    FanOut(Workload workload, LoadGenerator generator, URI uri) {
        this.workload = workload;
        this.generator = generator;
        publisher = generator.open(uri, 1);
        subscribers = generator.open(uri, workload.connections());
        try {
            Frames.ask(generator, publisher, Frames.join("1"));
            Frames.ask(generator, subscribers, Frames.join("1"));
            Frames.ask(generator, subscribers, Frames.subscribe("2"));
        } catch (RefusedException refused) {
            close();
            throw refused;
        }
    }

    @Override
    public Outcome run(double seconds) {
        Run run = new Run();
        boolean complete =
                run.loop.run(start -> run.begin(Schedule.of(start, workload.perSecond(), workload.burst(), seconds)));
        if (!complete || run.failed > 0) {
            throw new IllegalStateException(
                    workload.name() + ": " + run.loop.open() + " not delivered to all, " + run.failed + " failed");
        }
        return new Outcome(run.deliveries, run.latencies, run.loop.lag());
    }

    @Override
    public void close() {
        generator.close(publisher);
        generator.close(subscribers);
    }

    /** The state of one run; on the generator's thread until it is over. */
    private final class Run {

        private final int[] received = new int[subscribers.size()];
        private final Latencies latencies = new Latencies();
        private final OpenLoop loop = new OpenLoop(generator.loop(), workload.burst(), this::publish);
        private Schedule schedule;
        private int[] missing;
        private long deliveries;
        private long failed;

        private Schedule begin(Schedule plan) {
            schedule = plan;
            missing = new int[plan.count()];
            Arrays.fill(missing, subscribers.size());
            publisher.forEach(client -> client.listen((from, kind) -> replied(kind)));
            subscribers.forEach(client -> client.listen(this::delivered));
            return plan;
        }

        private void publish(int number, long due) {
            publisher.get(0).send(Frames.publish(generator.ref()));
        }

        private void replied(FrameKind kind) {
            if (kind == FrameKind.FAILED) {
                failed++;
            }
        }

        private void delivered(Client client, FrameKind kind) {
            if (kind != FrameKind.PUSH) {
                failed++;
                return;
            }
            int publication = received[client.number()]++;
            latencies.record(System.nanoTime() - schedule.due(publication));
            deliveries++;
            if (--missing[publication] == 0) {
                loop.answered();
            }
        }
    }
}
