package io.synapse.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CountersTest {

    @Test
    void countsEachForItself() {
        Counters counters = new Counters();
        counters.increment(Counter.THOUGHTS);
        counters.add(Counter.THOUGHTS, 4);
        assertThat(counters.get(Counter.THOUGHTS)).isEqualTo(5);
        assertThat(counters.get(Counter.THOUGHTS_LATE)).isZero();
    }

    @Test
    void everyCounterHasAMetricNameOfItsOwnAndAMeaning() {
        assertThat(Arrays.stream(Counter.values()).map(Counter::metric))
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("synapse(\\.[a-z]+(-[a-z]+)*)+"));
        assertThat(Arrays.stream(Counter.values()).map(Counter::meaning)).noneMatch(String::isBlank);
    }
}
