package io.synapse.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.connection.Connection;
import io.synapse.platform.Counters;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import java.io.IOException;
import java.nio.channels.Selector;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The selectors are real, what holds them is laid out as in Open Liberty; {@code TopicsIT} meets the server itself. */
@Timeout(30)
class LibertySelectorsTest {

    private static final Duration SOON = Duration.ofMillis(100);

    /** As Open Liberty's {@code SocketRWChannelSelector}, which inherits the field. */
    static class Holder {
        final Selector selector;

        Holder(Selector selector) {
            this.selector = selector;
        }
    }

    static final class Inherits extends Holder {
        Inherits(Selector selector) {
            super(selector);
        }
    }

    static final class Queues {
        final Inherits[] readInbound = new Inherits[3];
        final Inherits[] writeInbound = new Inherits[3];
    }

    private final ManualTimers timers = new ManualTimers();
    private final LibertySelectors selectors = new LibertySelectors(timers);
    private final Queues queues = new Queues();
    private final Selector reads = Selector.open();
    private final Selector writes = Selector.open();

    LibertySelectorsTest() throws IOException {
        queues.readInbound[0] = new Inherits(reads);
        queues.writeInbound[1] = new Inherits(writes);
    }

    @AfterEach
    void close() throws IOException {
        reads.close();
        writes.close();
    }

    private Connection open() {
        return new Connection(
                "c1",
                "127.0.0.1",
                0,
                new FakeTransport(Behaviour.LATER),
                new PhoenixCodecs(64, 1 << 20).open(PhoenixCodec.Version.V2),
                new Connection.Environment(
                        new OutboxConfig(16, 1 << 20, 1024, Duration.ofSeconds(10)),
                        timers.ticker(),
                        timers,
                        new Counters()));
    }

    // A wake-up that comes while nobody selects is kept for the next one who does; without it this would wait for ever.
    private void assertWoken() throws IOException {
        assertThat(reads.select()).isZero();
        assertThat(writes.select()).isZero();
    }

    @Test
    @DisplayName("M9 K6: while a connection is open, whoever sleeps in a selector is woken, again and again")
    void wakes() throws Exception {
        selectors.keepAwake(queues, open());
        for (int i = 0; i < 3; i++) {
            timers.advance(SOON);
            assertWoken();
        }
    }

    @Test
    @DisplayName("M9 M13: after the last connection nothing is left; the next one begins anew")
    void ends() throws Exception {
        Connection first = open();
        Connection second = open();
        selectors.keepAwake(queues, first);
        selectors.keepAwake(queues, second);
        assertThat(timers.pending()).isEqualTo(1);
        first.closed();
        timers.advance(SOON);
        assertThat(timers.pending()).isEqualTo(1);
        second.closed();
        timers.advance(SOON);
        assertThat(timers.pending()).isZero();
        assertWoken();

        selectors.keepAwake(queues, open());
        timers.advance(SOON);
        assertWoken();
    }

    @Test
    @DisplayName("M9: a selector that was closed, and a server that has none, disturb nothing")
    void goesOn() throws Exception {
        writes.close();
        selectors.keepAwake(queues, open());
        timers.advance(SOON);
        assertThat(reads.select()).isZero();

        selectors.keepAwake("no selectors", open());
        timers.advance(SOON);
        assertThat(timers.pending()).isEqualTo(1);
    }
}
