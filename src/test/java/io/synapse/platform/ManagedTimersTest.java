package io.synapse.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ManagedTimersTest {

    private final AtomicInteger threads = new AtomicInteger();
    private volatile Thread last;
    private final ManagedTimers timers = new ManagedTimers(task -> {
        threads.incrementAndGet();
        Thread thread = new Thread(task, "test-timers");
        thread.setDaemon(true);
        last = thread;
        return thread;
    });

    @AfterEach
    void close() {
        timers.close();
    }

    @Test
    void startsNoThreadBeforeTheFirstActionAndOneForAll() throws InterruptedException {
        assertThat(threads).hasValue(0);
        CountDownLatch ran = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            timers.after(Duration.ofNanos(i), ran::countDown);
        }
        assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(threads).hasValue(1);
    }

    @Test
    void runsActionsInTheOrderOfTheirTimesAndNeverOnTheCallersStack() throws InterruptedException {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();
        timers.after(Duration.ofSeconds(1), () -> ran.add("late"));
        timers.after(Duration.ofMillis(20), () -> ran.add("soon"));
        timers.after(Duration.ofDays(-1), () -> ran.add(Thread.currentThread().getName()));
        assertThat(ran.poll(10, TimeUnit.SECONDS)).isEqualTo("test-timers");
        assertThat(ran.poll(10, TimeUnit.SECONDS)).isEqualTo("soon");
        assertThat(ran.poll(10, TimeUnit.SECONDS)).isEqualTo("late");
    }

    @Test
    void anActionThatWasTakenBackDoesNotRun() throws InterruptedException {
        // Holds the one thread, so that the action cannot run before it is taken back.
        CountDownLatch taken = new CountDownLatch(1);
        timers.after(Duration.ZERO, () -> awaitUninterruptibly(taken));
        AtomicInteger ran = new AtomicInteger();
        Timers.Timer timer = timers.after(Duration.ofMillis(1), ran::incrementAndGet);
        timer.cancel();
        timer.cancel();
        CountDownLatch later = new CountDownLatch(1);
        timers.after(Duration.ofMillis(2), later::countDown);
        taken.countDown();
        assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(ran).hasValue(0);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatAnActionThrowsStopsNothingElse() throws InterruptedException {
        CountDownLatch ran = new CountDownLatch(1);
        timers.after(Duration.ZERO, () -> {
            throw new IllegalStateException("bug");
        });
        timers.after(Duration.ZERO, () -> {
            throw new NoClassDefFoundError("undeployed");
        });
        timers.after(Duration.ofMillis(1), ran::countDown);
        assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(threads).hasValue(1);
    }

    @Test
    void takesAnyDelay() {
        // Duration.toNanos throws beyond 292 years.
        timers.after(Duration.ofSeconds(Long.MAX_VALUE), () -> {}).cancel();
        timers.after(Duration.ofSeconds(Long.MIN_VALUE), () -> {}).cancel();
    }

    @Test
    void afterCloseNothingRunsAndNothingIsThrown() throws InterruptedException {
        AtomicInteger ran = new AtomicInteger();
        timers.after(Duration.ofHours(1), ran::incrementAndGet);
        timers.close();
        timers.close();
        timers.after(Duration.ZERO, ran::incrementAndGet).cancel();
        timers.after(Duration.ZERO, ran::incrementAndGet);
        last.join(Duration.ofSeconds(10).toMillis());
        assertThat(last.isAlive()).isFalse();
        assertThat(ran).hasValue(0);
    }
}
