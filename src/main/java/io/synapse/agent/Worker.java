package io.synapse.agent;

import io.synapse.agent.Task.Giving;
import io.synapse.agent.Workers.TeamKey;
import io.synapse.engine.Answer;
import io.synapse.engine.Thought;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * One worker: a connected program that serves one agent. Safe for use by many threads; nothing here waits.
 *
 * <p>What it is told waits in a queue until its connection has room for it: at most two for each task that it has.
 */
public final class Worker {

    private final Workers workers;
    private final String id;
    private final TeamKey team;
    private final Queue<TaskNews> news = new ConcurrentLinkedQueue<>();
    private volatile Runnable listener = () -> {};

    // What follows is guarded by the lock of the workers; that a task is here may also be asked without it.
    final Map<String, Giving> givings = new ConcurrentHashMap<>();
    int capacity;
    boolean ended;
    long lastGiven;

    Worker(Workers workers, String id, TeamKey team) {
        this.workers = workers;
        this.id = id;
        this.team = team;
    }

    /**
     * The name of this worker.
     *
     * @return no other has it
     */
    public String id() {
        return id;
    }

    /**
     * Which agent it serves.
     *
     * @return the agent's name
     */
    public String agent() {
        return team.agent();
    }

    TeamKey team() {
        return team;
    }

    /**
     * Whether it has a task that has not ended.
     *
     * @return at this moment
     */
    public boolean isBusy() {
        return !givings.isEmpty();
    }

    /**
     * Says who is told that there is news.
     *
     * @param told runs on any thread; quick
     * @return ends that
     */
    public Runnable follow(Runnable told) {
        listener = told;
        return () -> listener = () -> {};
    }

    /**
     * The oldest news that it was not told.
     *
     * @return null if there is none
     */
    public TaskNews news() {
        return news.peek();
    }

    /** The oldest news was told. */
    public void told() {
        news.remove();
    }

    /**
     * From now on it takes so many tasks at a time.
     *
     * @param tasks at least 1
     */
    public void offer(int tasks) {
        workers.offer(this, tasks);
    }

    /**
     * It takes no more tasks, and goes on with those it has.
     *
     * @return how many these are
     */
    public int drain() {
        return workers.drain(this);
    }

    /** It is gone. What it has not begun to answer is given to others, and the rest is lost. */
    public void end() {
        workers.end(this);
    }

    /**
     * Whether it has a task, which may have been cancelled.
     *
     * @param task the task's name
     * @return until it says how the task ended
     */
    public boolean has(String task) {
        return givings.containsKey(task);
    }

    /**
     * It has begun a task.
     *
     * @param task the task's name
     * @return false if the task is over
     */
    public boolean accept(String task) {
        return workers.accept(this, task);
    }

    /**
     * It has thought something.
     *
     * @param task the task's name
     * @param thought goes to all who follow the query
     * @return the thought's {@code seq}, once those who follow have room for more; empty if the task is over
     */
    public Optional<CompletionStage<Long>> think(String task, Thought thought) {
        return workers.think(this, task, thought);
    }

    /**
     * It has done a task.
     *
     * @param task the task's name
     * @param answer what it found
     * @return false if the task is over
     */
    public boolean answer(String task, Answer answer) {
        return workers.finish(this, task, answer, null);
    }

    /**
     * It has failed in a task.
     *
     * @param task the task's name
     * @param reason a short lower-case name, for the client
     * @param message for the client's developers
     * @return false if the task is over
     */
    public boolean fail(String task, String reason, String message) {
        return workers.finish(this, task, null, new TaskFailure(reason, message));
    }

    /**
     * It has stopped a task. If nobody asked it to, the task is given to another worker, as if this one were gone.
     *
     * @param task the task's name
     * @return false if it has no such task
     */
    public boolean stopped(String task) {
        return workers.stopped(this, task);
    }

    /** Under the lock, so that news of one task stands in order; {@link #inform} later, without it. */
    void tell(TaskNews more) {
        news.add(more);
    }

    void inform() {
        listener.run();
    }

    boolean hasRoom() {
        return givings.size() < capacity;
    }

    /** Whether it is to have a task rather than another. */
    boolean isBefore(Worker other) {
        long mine = (long) givings.size() * other.capacity;
        long others = (long) other.givings.size() * capacity;
        return mine < others || mine == others && lastGiven < other.lastGiven;
    }
}
