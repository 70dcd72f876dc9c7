package io.synapse.operations;

import io.synapse.config.DrainConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.Connection.Source;
import io.synapse.connection.Connection.Source.Tie;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.operations.Departures.Departure;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.ServerMessage;
import io.synapse.query.QueryService;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * Lets go of everything before the node stops: nothing new is taken; each client is told when to connect again, each
 * another time; connections are closed in batches, never more in a second than the rate; whoever waits for a query goes
 * when it has ended, or when the grace is over. Safe for use by many threads; nothing here waits.
 */
public final class Drain {

    /** How far it is. */
    public enum State {
        /** Nothing is drained. */
        SERVING,
        /** Clients are being let go. */
        DRAINING,
        /** Nobody is there any more; the node may be stopped. */
        DRAINED
    }

    /**
     * What has come of it.
     *
     * @param state how far it is
     * @param since how long ago it began; zero if it has not
     * @param graceLeft how long queries may still run
     * @param connections that are open
     * @param waiting of these, those that wait for the end of a query
     * @param told clients that were told when to connect again
     * @param closed connections that were closed by it
     * @param queries queries that run or wait for a place
     */
    public record Progress(
            State state,
            Duration since,
            Duration graceLeft,
            int connections,
            int waiting,
            long told,
            long closed,
            int queries) {}

    private static final System.Logger LOGGER = System.getLogger(Drain.class.getName());
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration LONGEST_NOTICE = Duration.ofSeconds(1);
    private static final int NOTICES = 10;

    /** What engines may take to stop, and results to arrive, after the grace. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What the last closes may take after their beat. */
    static final Duration CLOSING = Duration.ofSeconds(10);

    private final DrainConfig config;
    private final ConnectionRegistry connections;
    private final QueryService queries;
    private final HandOver handOver;
    private final Environment environment;
    private final long interval;
    private final long beatsOfNotice;
    private final long beatsOfLook;

    // What follows is guarded by this.
    private State state = State.SERVING;
    private CompletableFuture<State> ended = new CompletableFuture<>();
    private Departures departures;
    private Set<Connection> closing = Set.of();
    private Timers.Timer timer = Timers.Timer.NONE;
    private long startedAt;
    private long endsAt;
    private long beat;
    private boolean stopped;
    private long told;
    private long closed;

    /**
     * What it needs of the platform.
     *
     * @param ticker elapsed time
     * @param timers for the beats
     * @param random for the order, and the times clients are told
     * @param counters for what happens
     */
    public record Environment(Ticker ticker, Timers timers, RandomGenerator random, Counters counters) {}

    /**
     * A node that serves.
     *
     * @param config how fast
     * @param connections are closed
     * @param queries are refused, and stopped after the grace
     * @param handOver whether queries go on elsewhere
     * @param environment of the platform
     */
    public Drain(
            DrainConfig config,
            ConnectionRegistry connections,
            QueryService queries,
            HandOver handOver,
            Environment environment) {
        this.config = config;
        this.connections = connections;
        this.queries = queries;
        this.handOver = handOver;
        this.environment = environment;
        interval = config.interval().toNanos();
        long notice = Math.min(LONGEST_NOTICE.toNanos(), config.window().toNanos() / NOTICES);
        beatsOfNotice = Math.max(1, beats(notice));
        beatsOfLook = Math.max(1, beats(LOOK.toNanos()));
    }

    private long beats(long nanos) {
        return nanos / interval;
    }

    /**
     * Begins.
     *
     * @return false, and nothing happens, if it has begun or ended before
     */
    public boolean begin() {
        List<Departure> first;
        synchronized (this) {
            if (state != State.SERVING) {
                return false;
            }
            state = State.DRAINING;
            queries.refuse(true);
            departures = new Departures(config.batchSize(), environment.random());
            closing = new HashSet<>();
            startedAt = environment.ticker().read();
            beat = 0;
            stopped = false;
            told = 0;
            closed = 0;
            List<Connection> open = connections.listActive();
            long all = interval * (open.size() / config.batchSize() + 1);
            endsAt = startedAt
                    + config.grace().plus(PATIENCE).plus(CLOSING).toNanos()
                    + Math.max(config.window().toNanos(), all)
                    + all;
            first = departures.plan(
                    free(open), beatsOfNotice, beats(config.window().toNanos()));
            LOGGER.log(
                    Level.INFO,
                    "draining: {0} connections, of which {1} wait for queries",
                    open.size(),
                    open.size() - first.size());
            timer = environment.timers().after(config.interval(), this::beat);
        }
        tell(first);
        return true;
    }

    /**
     * Takes it back: the node serves again. Clients that were told to connect again may do so all the same.
     *
     * @return false, and nothing happens, unless it is on its way
     */
    public boolean takeBack() {
        CompletableFuture<State> over;
        synchronized (this) {
            if (state != State.DRAINING) {
                return false;
            }
            timer.cancel();
            queries.refuse(false);
            over = end(State.SERVING);
            ended = new CompletableFuture<>();
        }
        LOGGER.log(Level.INFO, "the drain was taken back");
        over.complete(State.SERVING);
        return true;
    }

    /** Forgets what is planned; the caller tells those who wait, without the lock. */
    private CompletableFuture<State> end(State how) {
        state = how;
        departures = null;
        closing = Set.of();
        return ended;
    }

    /**
     * How it ends.
     *
     * @return {@code DRAINED}, or {@code SERVING} if it is taken back
     */
    public synchronized CompletionStage<State> ended() {
        return ended.minimalCompletionStage();
    }

    /**
     * Whether a drain would do anybody any good.
     *
     * @return false if nobody is connected, and nobody can follow elsewhere what runs here
     */
    public boolean isWorthIt() {
        return connections.count() > 0 || handOver.isPossible();
    }

    /**
     * The longest that a drain which begins now can take.
     *
     * @return for as many connections as are open
     */
    public Duration longest() {
        Duration closes = config.interval().multipliedBy(connections.count() / config.batchSize() + 1L);
        Duration spread = closes.compareTo(config.window()) > 0 ? closes : config.window();
        return config.grace().plus(PATIENCE).plus(CLOSING).plus(spread).plus(closes);
    }

    /**
     * What has come of it.
     *
     * @return figures of one moment
     */
    public synchronized Progress progress() {
        QueryService.Status status = queries.status();
        List<Connection> open = connections.listActive();
        long since = state == State.SERVING ? 0 : environment.ticker().read() - startedAt;
        Duration left = config.grace().minusNanos(since);
        return new Progress(
                state,
                Duration.ofNanos(since),
                state == State.DRAINING && !left.isNegative() ? left : Duration.ZERO,
                open.size(),
                open.size() - free(open).size(),
                told,
                closed,
                status.running() + status.waiting());
    }

    private void beat() {
        List<Connection> due;
        List<Departure> more = List.of();
        List<Connection> left = List.of();
        CompletableFuture<State> over = null;
        boolean stop = false;
        synchronized (this) {
            if (state != State.DRAINING) {
                return;
            }
            beat++;
            long since = environment.ticker().read() - startedAt;
            due = departing(departures.due(beat), since);
            if (beat % beatsOfLook == 0) {
                stop = !stopped && since >= config.grace().toNanos();
                stopped |= stop;
                more = departures.plan(goers(since), beat + beatsOfNotice, 1);
                boolean late = environment.ticker().read() - endsAt >= 0;
                left = late ? connections.listActive() : List.of();
                over = late || isOver(since) ? end(State.DRAINED) : null;
            }
            if (over == null) {
                timer = environment.timers().after(config.interval(), this::beat);
            }
        }
        if (stop) {
            LOGGER.log(Level.INFO, "the grace of the drain is over; queries that still run are stopped");
            queries.stopRunning();
        }
        due.forEach(connection -> connection.close(CloseReason.SERVICE_RESTART));
        left.forEach(connection -> connection.abort(CloseReason.GOING_AWAY));
        tell(more);
        if (over != null) {
            LOGGER.log(Level.INFO, "drained; connections that had to be cut off: {0}", left.size());
            over.complete(State.DRAINED);
        }
    }

    private List<Connection> departing(List<Connection> due, long since) {
        List<Connection> leaving = due.stream()
                .filter(connection -> connection.isOpen() && mayGo(connection, since))
                .toList();
        closing.addAll(leaving);
        closed += leaving.size();
        environment.counters().add(Counter.CONNECTIONS_DRAINED, leaving.size());
        return leaving;
    }

    private boolean isOver(long since) {
        QueryService.Status status = queries.status();
        boolean idle = status.running() + status.waiting() == 0 || isImpatient(since);
        return connections.count() == 0 && idle;
    }

    /** Those who may go by now and have not been told so. */
    private List<Connection> goers(long since) {
        List<Connection> open = connections.listActive();
        closing.retainAll(new HashSet<>(open));
        Set<Connection> going = closing;
        Departures planned = departures;
        return open.stream()
                .filter(connection ->
                        !going.contains(connection) && !planned.contains(connection) && mayGo(connection, since))
                .toList();
    }

    private List<Connection> free(List<Connection> open) {
        return open.stream().filter(this::isFree).toList();
    }

    private boolean mayGo(Connection connection, long since) {
        return isImpatient(since) || isFree(connection);
    }

    private boolean isImpatient(long since) {
        return since >= config.grace().plus(PATIENCE).toNanos();
    }

    private boolean isFree(Connection connection) {
        boolean moves = handOver.isPossible();
        for (Source source : connection.sources()) {
            Tie tie = source.tie();
            if (tie == Tie.TASK || tie == Tie.QUERY && !moves) {
                return false;
            }
        }
        return true;
    }

    private void tell(List<Departure> departing) {
        if (departing.isEmpty()) {
            return;
        }
        List<Long> times = new ArrayList<>(departing.size());
        synchronized (this) {
            told += departing.size();
            for (Departure departure : departing) {
                // Within the beat, too, no two are told the same.
                long within = (long) (environment.random().nextDouble() * interval);
                times.add(Duration.ofNanos((departure.beat() - beat) * interval + within)
                        .toMillis());
            }
        }
        for (int i = 0; i < departing.size(); i++) {
            departing.get(i).connection().send(new ServerMessage.Reconnect(Math.max(1, times.get(i))));
        }
    }
}
