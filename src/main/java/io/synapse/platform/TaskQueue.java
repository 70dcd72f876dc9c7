package io.synapse.platform;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * Runs short tasks on a few managed threads, in the order they come. Safe for use by many threads. The queue has no
 * bound of its own: it is for tasks whose number something else bounds, and its users say what.
 */
public final class TaskQueue implements Executor {

    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final WorkerPool pool;

    /**
     * An empty queue.
     *
     * @param executor gives the threads
     * @param size how many tasks run at a time
     */
    public TaskQueue(Executor executor, int size) {
        pool = new WorkerPool(executor, size, waiting::poll);
    }

    @Override
    public void execute(Runnable task) {
        waiting.add(task);
        pool.signal();
    }
}
