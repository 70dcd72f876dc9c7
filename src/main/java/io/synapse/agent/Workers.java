package io.synapse.agent;

import io.synapse.agent.Task.Giving;
import io.synapse.config.AgentsConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.CancellationToken;
import io.synapse.engine.QueryCancelledException;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import io.synapse.engine.TryAgainException;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.Timers;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * All workers of this node, and the tasks on their way through them. Safe for use by many threads; nothing here waits.
 *
 * <p><b>A task</b> waits until a worker of its agent has a free place, for a bounded time. It is given to the least loaded
 * one, which has a bounded time to say something of it. If the worker is gone before anything was emitted, another has the
 * task, a bounded number of times; otherwise the task is lost. A task ends once, whatever comes together.
 *
 * <p><b>Threads.</b> One lock guards all of it, for moments; timers, workers' connections and queries are told without it.
 */
public final class Workers {

    /** Who works for whom: the workers of a tenant for that tenant, those of none for all who have none of their own. */
    record TeamKey(String tenant, String agent) {
        TeamKey common() {
            return tenant.isEmpty() ? this : new TeamKey("", agent);
        }
    }

    private static final System.Logger LOGGER = System.getLogger(Workers.class.getName());
    private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);

    /**
     * What the workers of a node share.
     *
     * @param config the bounds
     * @param clock the calendar, of which deadlines are
     * @param timers for time-outs
     * @param ids for tasks and workers
     * @param counters for what happens
     */
    public record Environment(AgentsConfig config, Clock clock, Timers timers, Ids ids, Counters counters) {}

    /**
     * How much there is of what.
     *
     * @param workers registered, and not drained
     * @param capacity tasks that they may have at a time
     * @param running tasks that workers have
     * @param waiting tasks that wait for a worker
     */
    public record Status(int workers, int capacity, int running, int waiting) {}

    private final AgentsConfig config;
    private final Environment environment;
    private final Object lock = new Object();
    private final Map<TeamKey, Team> teams = new HashMap<>();
    private long tasks;
    private long givings;
    private int running;

    /**
     * Nobody yet.
     *
     * @param environment what all workers share
     */
    public Workers(Environment environment) {
        this.environment = environment;
        config = environment.config();
    }

    /** Changes something under the lock, then does without it what follows. */
    private void change(Consumer<List<Runnable>> step) {
        List<Runnable> after = new ArrayList<>();
        synchronized (lock) {
            step.accept(after);
        }
        after.forEach(Runnable::run);
    }

    /**
     * A worker of an agent, which takes nothing until it {@link Worker#offer offers} to.
     *
     * @param tenant whose queries it answers; empty for those of all who have no workers of their own
     * @param agent one that {@link #mayServe}
     * @return the worker
     */
    public Worker join(String tenant, String agent) {
        return new Worker(this, environment.ids().next(), new TeamKey(tenant, agent));
    }

    /**
     * Whether workers may serve an agent.
     *
     * @param agent its name
     * @return whether the configuration lets them
     */
    public boolean mayServe(String agent) {
        return config.mayBeServed(agent);
    }

    /**
     * How many tasks a worker may offer to take.
     *
     * @return at least 1
     */
    public int maxCapacity() {
        return config.maxCapacity();
    }

    /** Something was said of a task that the one who says it does not have. */
    public void late() {
        environment.counters().increment(Counter.TASK_MESSAGES_LATE);
    }

    /** Whether a query goes to workers now. */
    boolean serve(Question question) {
        if (config.isRemote(question.agent())) {
            return true;
        }
        synchronized (lock) {
            Team team = teams.get(teamOf(question));
            return team != null && !team.workers.isEmpty();
        }
    }

    private TeamKey teamOf(Question question) {
        TeamKey own = new TeamKey(question.tenant(), question.agent());
        Team team = teams.get(own);
        return team != null && !team.workers.isEmpty() ? own : own.common();
    }

    /** Has a query answered. */
    CompletionStage<Answer> ask(Question question, QueryContext context) {
        long order;
        synchronized (lock) {
            order = ++tasks;
        }
        Task task = new Task(environment.ids().next(), order, question, context);
        CancellationToken token = context.cancellation();
        CancellationToken.Registration registration = token.onCancel(() -> cancel(task, reason(token)));
        task.answer.whenComplete((answer, failure) -> registration.close());
        change(after -> place(task, after));
        return task.answer;
    }

    private static String reason(CancellationToken token) {
        try {
            token.throwIfCancelled();
            return "";
        } catch (QueryCancelledException e) {
            return e.getMessage();
        }
    }

    private void place(Task task, List<Runnable> after) {
        if (task.over) {
            return;
        }
        task.team = teamOf(task.question);
        Team team = teams.computeIfAbsent(task.team, key -> new Team());
        Worker worker = team.free(task);
        if (worker != null) {
            give(task, worker, after);
            return;
        }
        team.waiting.add(task);
        Expiry patience = new Expiry();
        task.patience = patience;
        after.add(() -> patience.begin(environment.timers().after(config.patience(), () -> giveUp(task, patience))));
    }

    private void give(Task task, Worker worker, List<Runnable> after) {
        Giving giving = new Giving(task, worker);
        task.current = giving;
        task.had.add(worker);
        worker.givings.put(task.id, giving);
        worker.lastGiven = ++givings;
        running++;
        waitsNoMore(task, after);
        Duration left = Duration.between(environment.clock().instant(), task.question.deadline());
        worker.tell(
                new TaskNews.Given(task.id, task.question, task.had.size(), left.isNegative() ? Duration.ZERO : left));
        environment.counters().increment(Counter.TASKS_GIVEN);
        after.add(() -> {
            giving.acceptance.begin(environment
                    .timers()
                    .after(config.acceptTimeout(), () -> change(then -> unaccepted(giving, then))));
            worker.inform();
        });
    }

    private void waitsNoMore(Task task, List<Runnable> after) {
        if (task.patience != null) {
            teams.get(task.team).waiting.remove(task);
            after.add(task.patience::end);
            task.patience = null;
        }
    }

    /** Nobody has had time for it. */
    private void giveUp(Task task, Expiry patience) {
        change(after -> {
            if (task.patience != patience) {
                return;
            }
            waitsNoMore(task, after);
            Team team = teams.get(task.team);
            String reason = !task.had.isEmpty() ? "agent_lost" : team.workers.isEmpty() ? "no_worker" : "workers_busy";
            environment.counters().increment(task.had.isEmpty() ? Counter.TASKS_UNSERVED : Counter.TASKS_LOST);
            Duration retry = config.patience().compareTo(SHORTEST_RETRY) < 0 ? SHORTEST_RETRY : config.patience();
            end(task, new TryAgainException(reason, "no worker of this agent has taken the query", retry), after);
            forgetIfEmpty(task.team);
        });
    }

    private void unaccepted(Giving giving, List<Runnable> after) {
        if (!giving.isLive() || giving.accepted) {
            return;
        }
        // It keeps its place at the worker, which may still be busy with it, or hang.
        cancel(giving, "not accepted in time", after);
        handOver(giving.task, after);
    }

    private void cancel(Giving giving, String reason, List<Runnable> after) {
        giving.cancelled = true;
        giving.worker.tell(new TaskNews.Cancelled(giving.task.id, reason));
        after.add(giving.worker::inform);
    }

    /** The worker that had it has it no more. */
    private void handOver(Task task, List<Runnable> after) {
        task.current = null;
        running--;
        if (task.emitted || task.had.size() > config.handOvers()) {
            environment.counters().increment(Counter.TASKS_LOST);
            end(task, new TaskFailure("agent_lost", "the worker of this agent is gone"), after);
        } else {
            environment.counters().increment(Counter.TASKS_HANDED_OVER);
            place(task, after);
        }
    }

    private static void end(Task task, Throwable failure, List<Runnable> after) {
        task.over = true;
        after.add(() -> task.answer.completeExceptionally(failure));
    }

    /** The query has ended otherwise. */
    private void cancel(Task task, String reason) {
        change(after -> {
            Giving giving = task.current;
            if (task.over || giving != null && giving.cancelled) {
                return;
            }
            if (giving == null) {
                waitsNoMore(task, after);
                forgetIfEmpty(task.team);
                end(task, new QueryCancelledException(reason), after);
                return;
            }
            cancel(giving, reason, after);
            after.add(giving.acceptance::end);
            after.add(
                    () -> giving.stop.begin(environment.timers().after(config.cancelTimeout(), () -> abandon(giving))));
        });
    }

    private void abandon(Giving giving) {
        change(after -> {
            Task task = giving.task;
            if (task.current != giving) {
                return;
            }
            LOGGER.log(
                    Level.WARNING,
                    "worker {0} of agent {1} has not said that it stopped a task",
                    giving.worker.id(),
                    giving.worker.team().agent());
            task.current = null;
            running--;
            end(task, new QueryCancelledException("the worker does not stop"), after);
        });
    }

    void offer(Worker worker, int capacity) {
        change(after -> {
            if (worker.ended) {
                return;
            }
            worker.capacity = capacity;
            Team team = teams.computeIfAbsent(worker.team(), key -> new Team());
            if (!team.workers.contains(worker)) {
                team.workers.add(worker);
                moveWaiting(worker.team().common(), worker.team(), after);
            }
            fill(worker, after);
        });
    }

    int drain(Worker worker) {
        int[] held = new int[1];
        change(after -> {
            dismiss(worker, after);
            held[0] = worker.givings.size();
        });
        return held[0];
    }

    private void dismiss(Worker worker, List<Runnable> after) {
        worker.capacity = 0;
        Team team = teams.get(worker.team());
        if (team != null) {
            team.workers.remove(worker);
            if (team.workers.isEmpty()) {
                moveWaiting(worker.team(), worker.team().common(), after);
            }
            forgetIfEmpty(worker.team());
        }
    }

    /** What waits at one team for a worker waits at another from now on, if that is where it belongs now. */
    private void moveWaiting(TeamKey from, TeamKey to, List<Runnable> after) {
        Team left = teams.get(from);
        if (left == null || from.equals(to)) {
            return;
        }
        List<Task> moving = left.waiting.stream()
                .filter(task -> teamOf(task.question).equals(to))
                .toList();
        if (moving.isEmpty()) {
            return;
        }
        left.waiting.removeAll(moving);
        Team joined = teams.computeIfAbsent(to, key -> new Team());
        joined.waiting.addAll(moving);
        for (Task task : moving) {
            task.team = to;
            Worker worker = joined.free(task);
            if (worker != null) {
                give(task, worker, after);
            }
        }
        forgetIfEmpty(from);
    }

    private void forgetIfEmpty(TeamKey team) {
        teams.computeIfPresent(team, (key, present) -> present.isEmpty() ? null : present);
    }

    void end(Worker worker) {
        change(after -> {
            worker.ended = true;
            dismiss(worker, after);
            List<Giving> held = List.copyOf(worker.givings.values());
            worker.givings.clear();
            for (Giving giving : held) {
                after.add(giving::settled);
                if (giving.task.current == giving) {
                    leave(giving, after);
                }
            }
        });
    }

    /** The worker is done with a task that nobody else has, and has no answer. */
    private void leave(Giving giving, List<Runnable> after) {
        if (giving.cancelled) {
            giving.task.current = null;
            running--;
            end(giving.task, new QueryCancelledException("stopped"), after);
        } else {
            handOver(giving.task, after);
        }
    }

    boolean accept(Worker worker, String id) {
        return live(worker, id, false) != null;
    }

    /** What a worker has of a task that it may say something of; else null, and counted. */
    private Giving live(Worker worker, String id, boolean emits) {
        Giving giving;
        synchronized (lock) {
            giving = worker.givings.get(id);
            if (giving == null || !giving.isLive()) {
                late();
                return null;
            }
            giving.accepted = true;
            // Before it is emitted: from now on nobody else may begin the task.
            giving.task.emitted |= emits;
        }
        giving.acceptance.end();
        return giving;
    }

    Optional<CompletionStage<Long>> think(Worker worker, String id, Thought thought) {
        Giving giving = live(worker, id, true);
        if (giving == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(giving.task.context.offer(thought));
        } catch (QueryCancelledException e) {
            late();
            return Optional.empty();
        }
    }

    boolean finish(Worker worker, String id, Answer answer, TaskFailure failure) {
        boolean[] counts = {false};
        change(after -> {
            Giving giving = worker.givings.remove(id);
            counts[0] = giving != null && giving.isLive();
            if (!counts[0]) {
                late();
            }
            if (giving == null) {
                return;
            }
            Task task = giving.task;
            after.add(giving::settled);
            if (counts[0]) {
                task.current = null;
                task.over = true;
                running--;
                after.add(() -> {
                    if (failure == null) {
                        task.answer.complete(answer);
                    } else {
                        task.answer.completeExceptionally(failure);
                    }
                });
            } else if (task.current == giving) {
                leave(giving, after);
            }
            fill(worker, after);
        });
        return counts[0];
    }

    boolean stopped(Worker worker, String id) {
        boolean[] had = {false};
        change(after -> {
            Giving giving = worker.givings.remove(id);
            had[0] = giving != null;
            if (giving == null) {
                late();
                return;
            }
            after.add(giving::settled);
            if (giving.task.current == giving) {
                leave(giving, after);
            }
            fill(worker, after);
        });
        return had[0];
    }

    /** It may have room for tasks that wait. */
    private void fill(Worker worker, List<Runnable> after) {
        Team team = teams.get(worker.team());
        if (team == null || !team.workers.contains(worker)) {
            return;
        }
        Task next = team.next(worker);
        while (next != null && worker.hasRoom()) {
            give(next, worker, after);
            next = team.next(worker);
        }
    }

    /** Whether nobody is registered and nothing waits. */
    boolean isEmpty() {
        synchronized (lock) {
            return teams.isEmpty();
        }
    }

    /**
     * How much there is of what.
     *
     * @return figures of one moment
     */
    public Status status() {
        synchronized (lock) {
            int count = 0;
            int capacity = 0;
            int waiting = 0;
            for (Team team : teams.values()) {
                count += team.workers.size();
                capacity += team.workers.stream()
                        .mapToInt(worker -> worker.capacity)
                        .sum();
                waiting += team.waiting.size();
            }
            return new Status(count, capacity, running, waiting);
        }
    }
}
