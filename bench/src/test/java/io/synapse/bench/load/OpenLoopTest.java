package io.synapse.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class OpenLoopTest {

    private static final long STALL_MILLIS = 200;

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private OpenLoop tested;

    @AfterEach
    void end() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    @DisplayName("A server that stalls is charged for every question that was due meanwhile, not for one only")
    void correctsCoordinatedOmission() {
        Latencies latencies = new Latencies();
        Queue<Long> open = new ArrayDeque<>();
        tested = new OpenLoop(loop, Integer.MAX_VALUE, (number, due) -> {
            open.add(due);
            if (number == 0) {
                loop.schedule(() -> answer(open, latencies), STALL_MILLIS, TimeUnit.MILLISECONDS);
            } else if (open.size() == 1) {
                answer(open, latencies);
            }
        });

        boolean complete = tested.run(start -> Schedule.of(start, 1000, 1, 0.4));

        assertThat(complete).isTrue();
        // half of the 400 questions were due during the stall, and waited for half of it in the middle
        assertThat(latencies.millis(70)).isGreaterThan(STALL_MILLIS / 5.0);
    }

    private void answer(Queue<Long> open, Latencies latencies) {
        while (!open.isEmpty()) {
            latencies.record(System.nanoTime() - open.remove());
            tested.answered();
        }
    }

    @Test
    @DisplayName("No burst is sent while answers to the one before are missing, and none is left out")
    void keepsTheWindow() {
        List<Integer> asked = new ArrayList<>();
        int[] state = new int[2];
        tested = new OpenLoop(loop, 4, (number, due) -> {
            asked.add(number);
            state[0]++;
            state[1] = Math.max(state[1], state[0]);
            loop.schedule(
                    () -> {
                        state[0]--;
                        tested.answered();
                    },
                    2,
                    TimeUnit.MILLISECONDS);
        });

        boolean complete = tested.run(start -> Schedule.of(start, 40_000, 4, 0.01));

        assertThat(complete).isTrue();
        assertThat(asked).hasSize(400);
        assertThat(state[1]).isEqualTo(4);
        assertThat(tested.open()).isZero();
    }
}
