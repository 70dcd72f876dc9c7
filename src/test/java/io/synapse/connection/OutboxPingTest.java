package io.synapse.connection;

import static io.synapse.connection.Frames.SEND_TIMEOUT;
import static io.synapse.connection.Frames.roomy;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.connection.Outbox.Lane;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OutboxPingTest {

    private final ManualTimers timers = new ManualTimers();
    private final FakeTransport transport = new FakeTransport(Behaviour.LATER);
    private final List<CloseReason> ended = new ArrayList<>();
    private final Outbox outbox = new Outbox(transport, roomy(), timers.ticker(), timers, new Outbox.Owner() {
        @Override
        public void room() {
            throw new AssertionError("nobody asked for room");
        }

        @Override
        public void ended(CloseReason reason, Throwable cause) {
            ended.add(reason);
        }
    });

    private void offer(String text) {
        outbox.offer(Lane.DATA, EncodedFrame.text(text));
    }

    @Test
    @DisplayName("K2: a ping is not sent while a frame is on its way")
    void waitsForFrames() {
        offer("a");
        assertThat(outbox.ping()).isFalse();
        assertThat(transport.pings()).isZero();
        transport.completeAll();
        assertThat(outbox.ping()).isTrue();
        assertThat(transport.pings()).isEqualTo(1);
    }

    @Test
    @DisplayName("K2: a frame that comes while a ping is being sent goes after it, and so does a close")
    void framesWaitForPings() {
        transport.onPing(() -> {
            offer("a");
            outbox.close(CloseReason.IDLE);
            assertThat(outbox.ping()).isFalse();
            assertThat(transport.frames()).isEmpty();
            assertThat(transport.closes()).isEmpty();
        });
        assertThat(outbox.ping()).isTrue();
        assertThat(transport.texts()).containsExactly("a");
        transport.completeAll();
        assertThat(transport.closes()).containsExactly(CloseReason.IDLE);
        assertThat(transport.mostInFlight()).isEqualTo(1);
    }

    @Test
    @DisplayName("K6: a ping that cannot be sent within the send time-out ends the connection")
    void hasADeadline() {
        transport.onPing(() -> timers.advance(SEND_TIMEOUT));
        outbox.ping();
        assertThat(ended).containsExactly(CloseReason.SLOW_CONSUMER);
        assertThat(outbox.ping()).isFalse();
        offer("a");
        assertThat(transport.frames()).isEmpty();
        assertThat(timers.pending()).isZero();
    }

    @Test
    @DisplayName("M13: a ping that fails ends the connection")
    void fails() {
        transport.behave(Behaviour.FAILS);
        assertThat(outbox.ping()).isFalse();
        assertThat(ended).containsExactly(CloseReason.INTERNAL);
        assertThat(outbox.ping()).isFalse();
        assertThat(ended).hasSize(1);
    }

    @Test
    @DisplayName("A ping counts neither as a frame sent nor as one dropped")
    void countsNothing() {
        outbox.ping();
        outbox.discard();
        assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 0, 0, true));
        assertThat(timers.pending()).isZero();
    }
}
