package io.synapse.bench.workload;

import io.synapse.bench.load.Client;
import io.synapse.bench.load.FrameKind;
import io.synapse.bench.load.Latencies;
import io.synapse.bench.load.LoadGenerator;
import io.synapse.bench.load.OpenLoop;
import io.synapse.bench.load.Schedule;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Questions that are answered on the connection that asked: pings and queries, asked on each connection in turn. Answers
 * are matched with questions in their order, since the bare endpoint cannot quote a ref.
 */
final class Questions implements Traffic {

    private final Workload workload;
    private final LoadGenerator generator;
    private final List<Client> clients;
    private final UnaryOperator<String> question;
    private final FrameKind answer;

    Questions(Workload workload, LoadGenerator generator, URI uri) {
        this.workload = workload;
        this.generator = generator;
        boolean query = workload.kind() == Workload.Kind.QUERY;
        question = query ? Frames::query : Frames::ping;
        answer = query ? FrameKind.RESULT : FrameKind.OK;
        clients = generator.open(uri, workload.connections());
        Frames.ask(generator, clients, Frames.join("1"));
    }

    @Override
    public Outcome run(double seconds) {
        Run run = new Run();
        boolean complete = run.loop.run(start -> Schedule.of(start, workload.perSecond(), workload.burst(), seconds));
        if (!complete || run.failed > 0) {
            throw new IllegalStateException(
                    workload.name() + ": " + run.loop.open() + " not answered, " + run.failed + " failed");
        }
        return new Outcome(run.frames, run.latencies, run.loop.lag());
    }

    @Override
    public void close() {
        generator.close(clients);
    }

    /** The state of one run; on the generator's thread until it is over. */
    private final class Run implements Client.Listener {

        private final List<Queue<Long>> due = Stream.<Queue<Long>>generate(ArrayDeque::new)
                .limit(clients.size())
                .toList();
        private final Latencies latencies = new Latencies();
        private final OpenLoop loop = new OpenLoop(generator.loop(), Integer.MAX_VALUE, this::ask);
        private long frames;
        private long failed;

        private void ask(int number, long when) {
            Client client = clients.get(number % clients.size());
            client.listen(this);
            due.get(client.number()).add(when);
            client.send(question.apply(generator.ref()));
        }

        @Override
        public void received(Client client, FrameKind kind) {
            frames++;
            if (kind == FrameKind.FAILED) {
                failed++;
            } else if (kind == answer) {
                latencies.record(System.nanoTime() - due.get(client.number()).remove());
                // Not by the number of frames: Synapse merges thoughts when it falls behind.
                loop.answered();
            }
        }
    }
}
