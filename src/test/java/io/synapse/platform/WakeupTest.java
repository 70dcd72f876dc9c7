package io.synapse.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WakeupTest {

    @Test
    @DisplayName("Asking while it runs runs it once more, however often, and never inside itself")
    void asksFromInside() {
        AtomicInteger runs = new AtomicInteger();
        AtomicInteger inside = new AtomicInteger();
        Wakeup[] self = new Wakeup[1];
        self[0] = new Wakeup(() -> {
            assertThat(inside.incrementAndGet()).isEqualTo(1);
            if (runs.incrementAndGet() < 5) {
                self[0].ask();
                self[0].ask();
            }
            inside.decrementAndGet();
        });
        self[0].ask();
        assertThat(runs).hasValue(5);
        self[0].ask();
        assertThat(runs).hasValue(6);
    }

    @RepeatedTest(5)
    @DisplayName("With many threads, it runs on one at a time, and what was true at any asking is seen")
    void manyThreads() throws Exception {
        int threadCount = 4;
        int asks = 5000;
        AtomicLong written = new AtomicLong();
        AtomicLong seen = new AtomicLong();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger overlaps = new AtomicInteger();
        Wakeup wakeup = new Wakeup(() -> {
            overlaps.addAndGet(inside.getAndIncrement());
            seen.set(written.get());
            inside.decrementAndGet();
        });
        ExecutorService threads = Executors.newFixedThreadPool(threadCount);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < threadCount; i++) {
            all.add(threads.submit(() -> {
                start.await();
                for (int j = 0; j < asks; j++) {
                    written.incrementAndGet();
                    wakeup.ask();
                }
                return null;
            }));
        }
        start.countDown();
        for (Future<?> one : all) {
            one.get(20, TimeUnit.SECONDS);
        }
        threads.shutdownNow();
        assertThat(seen).hasValue((long) threadCount * asks);
        assertThat(overlaps).hasValue(0);
    }
}
