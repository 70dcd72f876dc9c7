package io.synapse.cluster.redis;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after the other, in the order they come, on the threads of another executor. Safe for use by many threads.
 * The queue has no bound of its own: its users say what bounds the number of their tasks.
 */
final class Serial implements Executor {

    private final Executor executor;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private boolean running;

    Serial(Executor executor) {
        this.executor = executor;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (waiting) {
            waiting.add(task);
            if (running) {
                return;
            }
            running = true;
        }
        executor.execute(this::runOne);
    }

    /** How many tasks wait. */
    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    // One at a time, so that a long queue does not keep a thread from everybody else.
    private void runOne() {
        Runnable task;
        synchronized (waiting) {
            task = waiting.poll();
        }
        try {
            task.run();
        } finally {
            boolean more;
            synchronized (waiting) {
                more = !waiting.isEmpty();
                running = more;
            }
            if (more) {
                executor.execute(this::runOne);
            }
        }
    }
}
