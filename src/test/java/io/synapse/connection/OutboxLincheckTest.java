package io.synapse.connection;

import static io.synapse.connection.Frames.bounds;

import io.synapse.connection.Outbox.Lane;
import io.synapse.connection.Outbox.Offer;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import io.synapse.testing.ManualTimers;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Each result that threads see of an outbox can be explained by some order in which one thread did everything. */
@Tag("B5")
public class OutboxLincheckTest {

    private final AtomicReference<Transport.Completion> inFlight = new AtomicReference<>();
    private final ManualTimers timers = new ManualTimers();
    private final Outbox outbox = new Outbox(
            new Transport() {
                @Override
                public void send(EncodedFrame frame, Completion completion) {
                    if (!inFlight.compareAndSet(null, completion)) {
                        throw new AssertionError("two frames in flight");
                    }
                }

                @Override
                public void close(CloseReason reason) {}

                @Override
                public void abort(CloseReason reason) {}
            },
            bounds(3, 10, 5),
            timers.ticker(),
            timers,
            new Outbox.Owner() {
                @Override
                public void room() {}

                @Override
                public void ended(CloseReason reason, Throwable cause) {
                    throw new AssertionError(cause);
                }
            });

    @Operation
    public Offer offer() {
        return outbox.offer(Lane.DATA, new EncodedFrame.Text("xxxx", 4));
    }

    @Operation
    public Offer offerControl() {
        return outbox.offer(Lane.CONTROL, new EncodedFrame.Text("xx", 2));
    }

    @Operation
    public boolean requestRoom() {
        return outbox.requestRoom();
    }

    @Operation
    public void close() {
        outbox.close(CloseReason.SERVICE_RESTART);
    }

    @Operation
    public long dropped() {
        return outbox.status().dropped();
    }

    @Test
    @DisplayName("Lincheck: offers, questions for room and the close are linearizable")
    void isLinearizable() {
        new StressOptions()
                .iterations(20)
                .invocationsPerIteration(1000)
                .threads(3)
                .actorsPerThread(3)
                .check(OutboxLincheckTest.class);
    }
}
