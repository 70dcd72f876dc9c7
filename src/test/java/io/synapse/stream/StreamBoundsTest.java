package io.synapse.stream;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StreamBoundsTest {

    @Test
    void refusesBoundsThatKeepNothing() {
        Duration age = Duration.ofSeconds(1);
        assertThatIllegalArgumentException().isThrownBy(() -> new StreamBounds(0, 1, age));
        assertThatIllegalArgumentException().isThrownBy(() -> new StreamBounds(1, 0, age));
        assertThatIllegalArgumentException().isThrownBy(() -> new StreamBounds(1, 1, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> new StreamBounds(1, 1, Duration.ofNanos(-1)));
    }
}
