package io.synapse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RingBufferTest {

    @Property(tries = 500)
    void isAQueueThatCanBeReadByIndex(@ForAll @Size(max = 100) List<@IntRange(min = -3, max = 6) Integer> steps) {
        RingBuffer<Integer> ring = new RingBuffer<>();
        List<Integer> model = new ArrayList<>();
        int next = 0;
        for (int step : steps) {
            for (int i = 0; i < step; i++) {
                ring.addLast(next);
                model.add(next++);
            }
            for (int i = step; i < 0 && !model.isEmpty(); i++) {
                assertThat(ring.removeFirst()).isEqualTo(model.remove(0));
            }
            assertThat(ring.size()).isEqualTo(model.size());
            for (int i = 0; i < model.size(); i++) {
                assertThat(ring.get(i)).isEqualTo(model.get(i));
            }
        }
    }

    @Test
    void refusesWhatIsNotThere() {
        RingBuffer<String> ring = new RingBuffer<>();
        assertThatThrownBy(ring::removeFirst).isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() -> ring.get(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ring.addLast(null)).isInstanceOf(NullPointerException.class);
        ring.addLast("a");
        assertThatThrownBy(() -> ring.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ring.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
