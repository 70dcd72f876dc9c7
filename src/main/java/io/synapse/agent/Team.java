package io.synapse.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** The workers of one agent, and the tasks that wait for one of them. Guarded by the lock of {@link Workers}. */
final class Team {

    /** Those that take tasks: neither drained nor gone. */
    final List<Worker> workers = new ArrayList<>();

    final TreeSet<Task> waiting = new TreeSet<>();

    /** Who is to have a task: of those with a free place the least loaded for its capacity, then who was idle longest. */
    Worker free(Task task) {
        Worker best = null;
        for (Worker worker : workers) {
            if (worker.hasRoom() && !task.had.contains(worker) && (best == null || worker.isBefore(best))) {
                best = worker;
            }
        }
        return best;
    }

    /** The oldest task that a worker may have; null if there is none. */
    Task next(Worker worker) {
        for (Task task : waiting) {
            if (!task.had.contains(worker)) {
                return task;
            }
        }
        return null;
    }

    boolean isEmpty() {
        return workers.isEmpty() && waiting.isEmpty();
    }
}
