package io.synapse.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.platform.RandomIds;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MemoryBrokerTest extends BrokerContract {

    @Override
    protected Broker<String> open(BrokerBounds bounds) {
        return new MemoryBroker<>(bounds, String::length, text -> text, new RandomIds(), ticker);
    }

    @Test
    @DisplayName("B7, G9: keys count as memory, and give it back when they are forgotten")
    void keysAreMemory() {
        Broker<String> broker = open(bounds(1, 10));
        join(broker.publish("a", "xxxx", Optional.of("k")));
        join(broker.publish("a", "xxxx", Optional.of("l")));
        assertThat(broker.status().bytes()).isGreaterThan(2 * 384);
        ticker.advance(KEY_AGE.plusSeconds(1));
        join(broker.publish("a", "yyy", Optional.of("k")));
        assertThat(broker.status().bytes()).isLessThan(2 * 384);
    }

    @Test
    @DisplayName("B7: with no keys to be remembered, a key does nothing")
    void noKeys() {
        Broker<String> broker =
                open(new BrokerBounds(new StreamBounds(10, 100, AGE), 10, 1000, 0, Duration.ofSeconds(1)));
        for (int i = 1; i < 4; i++) {
            Broker.Published published = join(broker.publish("a", "x" + i, Optional.of("k")));
            assertThat(published.duplicate()).isFalse();
            assertThat(published.position().offset()).isEqualTo(i);
        }
        assertThat(broker.status().bytes()).isEqualTo(6);
    }
}
