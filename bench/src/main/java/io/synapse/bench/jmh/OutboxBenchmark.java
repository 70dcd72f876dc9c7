package io.synapse.bench.jmh;

import io.synapse.config.OutboxConfig;
import io.synapse.connection.Outbox;
import io.synapse.connection.Transport;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What a frame costs on its way through the outbox: offered, drained and completed, with a transport that does nothing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class OutboxBenchmark {

    private static final int BATCH = 20;
    private static final EncodedFrame FRAME = new EncodedFrame.Text("x".repeat(128), 128);

    /** How the transport completes: on the caller's stack, as Payara does, or when all frames wait already. */
    @Param({"inline", "later"})
    public String completion;

    private boolean later;
    private Transport.Completion pending;
    private Outbox outbox;

    /** Makes the outbox, which has the bounds of the defaults and no timers. */
    @Setup
    public void open() {
        later = completion.equals("later");
        outbox = new Outbox(
                new IdleTransport(),
                new OutboxConfig(1000, 1 << 20, 1 << 16, Duration.ofSeconds(10)),
                System::nanoTime,
                (delay, action) -> () -> {},
                new IdleOwner());
    }

    /** Twenty frames, as a query has them; a stream asks for room before each. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void offerAndDrain() {
        for (int i = 0; i < BATCH; i++) {
            if (!outbox.requestRoom() || outbox.offer(Outbox.Lane.DATA, FRAME) != Outbox.Offer.ACCEPTED) {
                throw new IllegalStateException("the outbox is full");
            }
        }
        while (pending != null) {
            Transport.Completion next = pending;
            pending = null;
            next.done(null);
        }
    }

    private final class IdleTransport implements Transport {

        @Override
        public void send(EncodedFrame frame, Completion completed) {
            if (later) {
                pending = completed;
            } else {
                completed.done(null);
            }
        }

        @Override
        public void ping() {
            throw new IllegalStateException("nobody pings");
        }

        @Override
        public void close(CloseReason reason) {
            throw new IllegalStateException("closed: " + reason);
        }

        @Override
        public void abort(CloseReason reason) {
            throw new IllegalStateException("aborted: " + reason);
        }
    }

    private static final class IdleOwner implements Outbox.Owner {

        @Override
        public void room() {
            // nobody waits for it
        }

        @Override
        public void ended(CloseReason reason, Throwable cause) {
            throw new IllegalStateException("ended: " + reason, cause);
        }
    }
}
