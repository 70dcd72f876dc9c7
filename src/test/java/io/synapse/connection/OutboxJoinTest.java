package io.synapse.connection;

import static io.synapse.connection.Frames.bounds;
import static io.synapse.connection.Frames.roomy;
import static io.synapse.connection.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.connection.Outbox.Lane;
import io.synapse.connection.Outbox.Offer;
import io.synapse.connection.Transport.Window;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import io.synapse.protocol.FrameBounds;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.protocol.Subprotocol;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Frames that wait go as one. */
@Tag("K11")
class OutboxJoinTest {

    private static final int BOUND = 20;

    private final ManualTimers timers = new ManualTimers();
    private FakeTransport transport = new FakeTransport(Behaviour.LATER);
    private CloseReason ended;

    private Outbox outbox(OutboxConfig config) {
        ObjectCodecs codecs = new ObjectCodecs(64, 1 << 20, new FrameBounds(BOUND, 256, 1024));
        return new Outbox(
                transport,
                config,
                codecs.open(Subprotocol.NDJSON).joiner(),
                timers.ticker(),
                timers,
                new Outbox.Owner() {
                    @Override
                    public void room() {
                        // Nobody waits for room.
                    }

                    @Override
                    public void ended(CloseReason reason, Throwable cause) {
                        ended = reason;
                    }
                });
    }

    private static void offer(Outbox outbox, Lane lane, String... texts) {
        for (String text : texts) {
            assertThat(outbox.offer(lane, text(text))).isEqualTo(Offer.ACCEPTED);
        }
    }

    @Test
    @DisplayName("K11: what waits while a frame is on its way goes as one; nothing is held back for that")
    void joinsWhatWaits() {
        Outbox outbox = outbox(roomy());
        offer(outbox, Lane.DATA, "a", "b", "c", "d");
        assertThat(transport.texts()).containsExactly("a");
        transport.completeNext();
        assertThat(transport.texts()).containsExactly("a", "b\nc\nd");
        transport.completeNext();
        offer(outbox, Lane.DATA, "e");
        assertThat(transport.texts()).containsExactly("a", "b\nc\nd", "e");
    }

    @Test
    @DisplayName("K11 K7: replies pass data in a joined frame too, and order stays in each lane")
    void keepsLanes() {
        Outbox outbox = outbox(roomy());
        offer(outbox, Lane.DATA, "a", "b", "c");
        offer(outbox, Lane.CONTROL, "1", "2");
        transport.completeAll();
        assertThat(transport.texts()).containsExactly("a", "1\n2\nb\nc");
    }

    @Test
    @DisplayName("K11: a joined frame keeps to its bound, line breaks counted; a larger message goes alone")
    void keepsTheBound() {
        Outbox outbox = outbox(roomy());
        String large = "x".repeat(BOUND + 1);
        offer(outbox, Lane.DATA, "a", "12345678", "12345678901", large, "1", "2", large);
        transport.completeAll();
        assertThat(transport.texts()).containsExactly("a", "12345678\n12345678901", large, "1\n2", large);
        assertThat(transport.frames()).allMatch(frame -> frame.bytes() <= BOUND + 1);
    }

    @Test
    @DisplayName("K11 K7: messages and bytes count until they are sent, whatever they are joined into")
    void countsMessages() {
        Outbox outbox = outbox(bounds(4, 1 << 10, 1 << 9));
        offer(outbox, Lane.DATA, "a", "bb", "cc", "dd");
        assertThat(outbox.offer(Lane.DATA, text("e"))).isEqualTo(Offer.OVERFLOW);
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(4, 7, 0, 1, false));
        transport.completeNext();
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(3, 6, 1, 1, false));
        offer(outbox, Lane.DATA, "f");
        assertThat(outbox.offer(Lane.DATA, text("g"))).isEqualTo(Offer.OVERFLOW);
        transport.completeNext();
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(1, 1, 4, 2, false));
        assertThat(outbox.traffic()).isEqualTo(new Outbox.Traffic(2, 0));
    }

    @Test
    @DisplayName("K11 B5: a joined frame takes one place of the window, and no more bytes than are left of it")
    void keepsToTheWindow() {
        transport = new FakeTransport(Behaviour.LATER, new Window(2, 10));
        Outbox outbox = outbox(roomy());
        offer(outbox, Lane.DATA, "aaaa", "bbb", "ccc", "dd", "ee", "ff");
        assertThat(transport.texts()).containsExactly("aaaa", "bbb");
        transport.completeNext();
        assertThat(transport.texts()).containsExactly("aaaa", "bbb", "ccc\ndd");
        transport.completeLast();
        assertThat(transport.texts()).containsExactly("aaaa", "bbb", "ccc\ndd", "ee\nff");
        transport.completeAll();
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 6, 0, false));
        assertThat(outbox.traffic()).isEqualTo(new Outbox.Traffic(4, 0));
    }

    @Test
    @DisplayName("K11: what is lost of a joined frame counts as so many messages")
    void countsWhatIsLost() {
        Outbox outbox = outbox(roomy());
        offer(outbox, Lane.DATA, "a", "b", "c", "d");
        transport.completeNext();
        transport.completeNext(new IOException("reset"));
        assertThat(ended).isEqualTo(CloseReason.INTERNAL);
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 1, 3, true));
    }

    @Test
    @DisplayName("K11: whatever is offered and completed in whatever order, the same messages come in the same order")
    void sendsTheSameMessages() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            FakeTransport each = new FakeTransport(Behaviour.LATER);
            ObjectCodecs codecs = new ObjectCodecs(64, 1 << 20, new FrameBounds(1 + random.nextInt(60), 256, 1024));
            Outbox outbox = new Outbox(
                    each,
                    roomy(),
                    codecs.open(Subprotocol.NDJSON).joiner(),
                    timers.ticker(),
                    timers,
                    new Outbox.Owner() {
                        @Override
                        public void room() {
                            // Nobody waits for room.
                        }

                        @Override
                        public void ended(CloseReason reason, Throwable cause) {
                            throw new AssertionError(cause);
                        }
                    });
            List<String> offered = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                if (random.nextInt(4) == 0) {
                    each.completeNext();
                } else {
                    String text = i + "x".repeat(random.nextInt(30));
                    offered.add(text);
                    offer(outbox, Lane.DATA, text);
                }
            }
            each.completeAll();
            List<String> sent = new ArrayList<>();
            each.texts().forEach(frame -> sent.addAll(List.of(frame.split("\n"))));
            assertThat(sent).as("seed %d", seed).isEqualTo(offered);
            assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, offered.size(), 0, false));
            assertThat(outbox.traffic().frames()).isEqualTo(each.count());
            assertThat(each.frames().stream().mapToLong(EncodedFrame::bytes).sum())
                    .isEqualTo(offered.stream().mapToLong(String::length).sum() + offered.size() - each.count());
        }
    }
}
