package io.synapse.connection;

import static io.synapse.connection.Frames.SEND_TIMEOUT;
import static io.synapse.connection.Frames.bounds;
import static io.synapse.connection.Frames.ofSize;
import static io.synapse.connection.Frames.roomy;
import static io.synapse.connection.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.connection.Outbox.Lane;
import io.synapse.connection.Outbox.Offer;
import io.synapse.connection.Transport.Completion;
import io.synapse.connection.Transport.Window;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("B5")
@Timeout(30)
class OutboxWindowTest {

    private final ManualTimers timers = new ManualTimers();
    private final List<CloseReason> ends = new ArrayList<>();
    private Runnable onRoom = () -> {};

    private Outbox outbox(Transport transport, OutboxConfig config) {
        return new Outbox(transport, config, timers.ticker(), timers, new Outbox.Owner() {
            @Override
            public void room() {
                onRoom.run();
            }

            @Override
            public void ended(CloseReason reason, Throwable cause) {
                ends.add(reason);
            }
        });
    }

    private static void offer(Outbox outbox, String... texts) {
        for (String each : texts) {
            assertThat(outbox.offer(Lane.DATA, text(each))).isEqualTo(Offer.ACCEPTED);
        }
    }

    @Test
    @DisplayName("B5: as many frames are in flight as the window holds, and one more for each that is completed")
    void fillsTheWindow() {
        FakeTransport transport = new FakeTransport(Behaviour.LATER, new Window(3, 1000));
        Outbox outbox = outbox(transport, roomy());
        offer(outbox, "1", "2", "3", "4", "5");

        assertThat(transport.texts()).containsExactly("1", "2", "3");
        transport.completeLast();
        assertThat(transport.texts()).containsExactly("1", "2", "3", "4");
        transport.completeAll();
        assertThat(transport.texts()).containsExactly("1", "2", "3", "4", "5");
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 5, 0, false));
    }

    @Test
    @DisplayName("B5: the window bounds bytes, too, and a frame larger than it goes alone")
    void boundsBytes() {
        FakeTransport transport = new FakeTransport(Behaviour.LATER, new Window(10, 100));
        Outbox outbox = outbox(transport, roomy());
        outbox.offer(Lane.DATA, ofSize(60));
        outbox.offer(Lane.DATA, ofSize(40));
        outbox.offer(Lane.DATA, ofSize(300));
        outbox.offer(Lane.DATA, ofSize(1));
        assertThat(transport.count()).isEqualTo(2);
        transport.completeNext();
        assertThat(transport.count()).isEqualTo(2);
        transport.completeNext();
        assertThat(transport.count()).isEqualTo(3);
        transport.completeNext();
        assertThat(transport.count()).isEqualTo(4);
    }

    @Test
    @DisplayName("B5: frames in flight count until each is completed")
    void countsWhatIsInFlight() {
        FakeTransport transport = new FakeTransport(Behaviour.LATER, new Window(10, 1000));
        Outbox outbox = outbox(transport, bounds(4, 1000, 100));
        offer(outbox, "1", "2", "3", "4");
        assertThat(transport.count()).isEqualTo(4);
        assertThat(outbox.offer(Lane.DATA, text("5"))).isEqualTo(Offer.OVERFLOW);
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(4, 4, 0, 1, false));
        transport.completeLast();
        assertThat(outbox.offer(Lane.DATA, text("5"))).isEqualTo(Offer.ACCEPTED);
    }

    @Test
    @DisplayName("B5: control passes what is not yet handed over")
    void controlPassesWhatWaits() {
        FakeTransport transport = new FakeTransport(Behaviour.LATER, new Window(2, 1000));
        Outbox outbox = outbox(transport, roomy());
        offer(outbox, "d1", "d2", "d3");
        outbox.offer(Lane.CONTROL, text("c1"));
        transport.completeAll();
        assertThat(transport.texts()).containsExactly("d1", "d2", "c1", "d3");
    }

    @Test
    @DisplayName("B5: the time of a frame begins when those before it are sent")
    void theOldestHasTheWholeTime() {
        FakeTransport transport = new FakeTransport(Behaviour.LATER, new Window(3, 1000));
        Outbox outbox = outbox(transport, roomy());
        offer(outbox, "1", "2", "3");
        timers.advance(Duration.ofSeconds(9));
        transport.completeNext();
        timers.advance(Duration.ofSeconds(9));
        assertThat(ends).isEmpty();
        timers.advance(Duration.ofSeconds(1));
        assertThat(ends).containsExactly(CloseReason.SLOW_CONSUMER);
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 1, 2, true));
    }

    @Test
    @DisplayName("B5: a completion that never comes ends the connection, however many others come")
    void aLostCompletionIsMissed() {
        FakeTransport transport = new FakeTransport(Behaviour.LATER, new Window(3, 1000));
        Outbox outbox = outbox(transport, roomy());
        offer(outbox, "lost");
        for (int second = 0; second < SEND_TIMEOUT.toSeconds(); second++) {
            assertThat(ends).isEmpty();
            offer(outbox, "other");
            transport.completeLast();
            timers.advance(Duration.ofSeconds(1));
        }
        assertThat(ends).containsExactly(CloseReason.SLOW_CONSUMER);
    }

    @Test
    @DisplayName("B5: a completion that comes twice makes no room for another frame")
    void aCompletionThatComesTwice() {
        List<Completion> completions = new ArrayList<>();
        Outbox outbox = outbox(
                new Transport() {
                    @Override
                    public Window window() {
                        return new Window(2, 1000);
                    }

                    @Override
                    public void send(EncodedFrame frame, Completion completion) {
                        completions.add(completion);
                    }

                    @Override
                    public void ping() {}

                    @Override
                    public void close(CloseReason reason) {}

                    @Override
                    public void abort(CloseReason reason) {}
                },
                roomy());
        EncodedFrame shared = text("broadcast");
        for (int i = 0; i < 5; i++) {
            outbox.offer(Lane.DATA, shared);
        }
        completions.get(1).done(null);
        completions.get(1).done(null);
        completions.get(1).done(new IOException("late"));

        assertThat(completions).hasSize(3);
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(4, 36, 1, 0, false));
    }

    @Test
    @DisplayName("B5: a frame that fails drops those in flight with it, whatever becomes of them")
    void failsTogether() {
        FakeTransport transport = new FakeTransport(Behaviour.LATER, new Window(3, 1000));
        Outbox outbox = outbox(transport, roomy());
        offer(outbox, "1", "2", "3", "4");
        transport.completeNext();
        transport.completeNext(new IOException("reset"));
        transport.completeAll();
        assertThat(ends).containsExactly(CloseReason.INTERNAL);
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 1, 3, true));
        assertThat(transport.count()).isEqualTo(4);
    }

    @Test
    @DisplayName("B5: a close comes after the last completion")
    void closesAfterTheLast() {
        FakeTransport transport = new FakeTransport(Behaviour.LATER, new Window(3, 1000));
        Outbox outbox = outbox(transport, roomy());
        offer(outbox, "1", "2");
        outbox.close(CloseReason.SERVICE_RESTART);
        transport.completeLast();
        assertThat(transport.closes()).isEmpty();
        transport.completeLast();
        assertThat(transport.closes()).containsExactly(CloseReason.SERVICE_RESTART);
    }

    @Test
    @DisplayName("K2: a ping goes when nothing is in flight, and nothing goes with it")
    void aPingGoesAlone() {
        FakeTransport transport = new FakeTransport(Behaviour.LATER, new Window(3, 1000));
        Outbox outbox = outbox(transport, roomy());
        offer(outbox, "1", "2");
        transport.completeLast();
        assertThat(outbox.ping()).isFalse();
        transport.completeLast();
        transport.onPing(() -> {
            offer(outbox, "3", "4");
            assertThat(transport.count()).isEqualTo(2);
        });
        assertThat(outbox.ping()).isTrue();
        assertThat(transport.count()).isEqualTo(4);
        assertThat(transport.mostInFlight()).isEqualTo(2);
    }

    @Test
    @DisplayName("B5: a million frames that complete inline need no stack, with a wide window")
    void completesInlineOnASmallStack() throws InterruptedException {
        FakeTransport transport = new FakeTransport(Behaviour.INLINE, new Window(32, 1 << 16));
        transport.forgetFrames();
        Outbox outbox = outbox(transport, roomy());
        int frames = 1_000_000;
        int[] offered = {0};
        onRoom = () -> {
            while (offered[0] < frames && outbox.requestRoom()) {
                offered[0]++;
                outbox.offer(Lane.DATA, text("frame"));
            }
        };
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread small = new Thread(null, onRoom, "small-stack", 256 * 1024);
        small.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
        small.start();
        small.join();

        assertThat(failure.get()).isNull();
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, frames, 0, false));
    }
}
