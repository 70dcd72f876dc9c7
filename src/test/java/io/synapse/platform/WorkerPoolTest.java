package io.synapse.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class WorkerPoolTest {

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /** An executor that runs nothing until told. */
    private static final class Held implements Executor {
        private final Queue<Runnable> tasks = new ArrayDeque<>();

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        void runAll() {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
    }

    @Test
    void takesNoMoreThreadsThanItsSize() {
        Held executor = new Held();
        Queue<Runnable> work = new ArrayDeque<>();
        WorkerPool pool = new WorkerPool(executor, 2, work::poll);
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            int number = i;
            work.add(() -> ran.add(number));
            pool.signal();
        }
        assertThat(executor.tasks).hasSize(2);
        assertThat(pool.active()).isEqualTo(2);
        executor.runAll();
        assertThat(ran).containsExactly(0, 1, 2, 3, 4);
        assertThat(pool.active()).isZero();
    }

    @Test
    void runsEverythingOnceWithinItsSizeWhateverRaces() {
        // The failure would look like this test timing out: work in the queue, and nobody at work.
        Queue<Runnable> work = new ConcurrentLinkedQueue<>();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger ran = new AtomicInteger();
        WorkerPool pool = new WorkerPool(threads, 3, work::poll);
        int each = 20_000;
        for (int t = 0; t < 3; t++) {
            threads.execute(() -> {
                for (int i = 0; i < each; i++) {
                    work.add(() -> {
                        most.accumulateAndGet(running.incrementAndGet(), Math::max);
                        ran.incrementAndGet();
                        running.decrementAndGet();
                    });
                    pool.signal();
                }
            });
        }
        await().untilAsserted(() -> assertThat(ran).hasValue(3 * each));
        await().untilAsserted(() -> assertThat(pool.active()).isZero());
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void aTaskThatFailsKeepsNeitherThreadNorPlace() {
        Held executor = new Held();
        Queue<Runnable> work = new ArrayDeque<>();
        WorkerPool pool = new WorkerPool(executor, 1, work::poll);
        AtomicBoolean ran = new AtomicBoolean();
        work.add(() -> {
            throw new IllegalStateException("bug");
        });
        work.add(() -> {
            throw new NoClassDefFoundError("undeployed");
        });
        work.add(() -> ran.set(true));
        pool.signal();
        executor.runAll();
        assertThat(ran).isTrue();
        assertThat(pool.active()).isZero();
    }

    @Test
    void anInterruptOfOneTaskDoesNotReachTheNext() {
        Held executor = new Held();
        Queue<Runnable> work = new ArrayDeque<>();
        WorkerPool pool = new WorkerPool(executor, 1, work::poll);
        AtomicBoolean interrupted = new AtomicBoolean(true);
        work.add(() -> Thread.currentThread().interrupt());
        work.add(() -> interrupted.set(Thread.currentThread().isInterrupted()));
        pool.signal();
        executor.runAll();
        assertThat(interrupted).isFalse();
    }

    static List<Throwable> refusals() {
        return List.of(
                new RejectedExecutionException("full"),
                new IllegalStateException("not deployed"),
                new InternalError("no more threads"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void anExecutorThatRefusesCostsNoPlace(Throwable refusal) {
        // After as many refusals as there are places nothing ran any more, ever.
        AtomicBoolean refuses = new AtomicBoolean(true);
        Held executor = new Held();
        Queue<Runnable> work = new ArrayDeque<>();
        WorkerPool pool = new WorkerPool(
                task -> {
                    if (refuses.get()) {
                        if (refusal instanceof Error error) {
                            throw error;
                        }
                        throw (RuntimeException) refusal;
                    }
                    executor.execute(task);
                },
                1,
                work::poll);
        AtomicBoolean ran = new AtomicBoolean();
        work.add(() -> ran.set(true));
        pool.signal();
        pool.signal();
        assertThat(pool.active()).isZero();
        refuses.set(false);
        pool.signal();
        executor.runAll();
        assertThat(ran).isTrue();
    }

    @Test
    void aQueueThatFailsCostsNoPlace() {
        Held executor = new Held();
        AtomicBoolean fails = new AtomicBoolean(true);
        Queue<Runnable> work = new ArrayDeque<>();
        Supplier<Runnable> queue = () -> {
            if (fails.get()) {
                throw new IllegalStateException("bug");
            }
            return work.poll();
        };
        WorkerPool pool = new WorkerPool(executor, 1, queue);
        pool.signal();
        executor.runAll();
        assertThat(pool.active()).isZero();
        fails.set(false);
        AtomicBoolean ran = new AtomicBoolean();
        work.add(() -> ran.set(true));
        pool.signal();
        executor.runAll();
        assertThat(ran).isTrue();
    }

    @Test
    void refusesToHaveNoThreads() {
        assertThatIllegalArgumentException().isThrownBy(() -> new WorkerPool(threads, 0, () -> null));
    }

    @Test
    void aTaskQueueRunsItsTasksInTheOrderTheyCame() throws InterruptedException {
        TaskQueue queue = new TaskQueue(threads, 1);
        List<Integer> ran = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        for (int i = 0; i < 1000; i++) {
            int number = i;
            queue.execute(() -> ran.add(number));
        }
        queue.execute(done::countDown);
        done.await();
        assertThat(ran).hasSize(1000).isSorted();
    }
}
