package io.synapse.query;

import io.synapse.connection.Connection;
import io.synapse.connection.Follower;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.ServerMessage;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.stream.PositionedStream.Slice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;

/**
 * A query that has ended, shown again to one connection: every entry of its stream when its time has come, at the recorded
 * pace or a multiple of it (ledger B13). A reader that is too slow for that gets it later, and nothing is merged. No thread
 * waits: a timer runs when the next entry is due. Safe for use by many threads.
 */
public final class QueryReplay extends Follower {

    private static final int BATCH = 64;
    private static final double NANOS_OF_A_MILLI = 1e6;

    private final String id;
    private final Connection connection;
    private final FollowedQuery query;
    private final QueryPushes pushes;
    private final double speed;
    private final Ticker ticker;
    private final Timers timers;
    private final Runnable onEnded;
    private final AtomicReference<Timers.Timer> next = new AtomicReference<>(Timers.Timer.NONE);
    private volatile long startedAt;
    private volatile long position;

    QueryReplay(
            String id,
            Connection connection,
            FollowedQuery query,
            QueryViewer.Format format,
            double speed,
            QueryEnvironment environment,
            Runnable onEnded) {
        super(connection);
        this.id = id;
        this.connection = connection;
        this.query = query;
        this.speed = speed;
        this.onEnded = onEnded;
        ticker = environment.ticker();
        timers = environment.timers();
        pushes = new QueryPushes(connection, query, format, payload -> Payloads.marked("replay", id, payload));
    }

    /** Begins; call it once. */
    public void play() {
        startedAt = ticker.read();
        // Nothing comes to the stream of a query that has ended.
        begin(news -> () -> {});
    }

    /**
     * The name of this replay.
     *
     * @return unguessable
     */
    public String id() {
        return id;
    }

    /**
     * The seq of the last thought of the query.
     *
     * @return 0 or more
     */
    public long lastSeq() {
        return query.lastSeq();
    }

    /**
     * Whether it has ended: everything was shown, or it was stopped.
     *
     * @return once true, always true
     */
    public boolean isOver() {
        return hasEnded();
    }

    /** Ends it, with nothing said. */
    public void stop() {
        finish();
    }

    /**
     * Ends it in the middle.
     *
     * @param reason why
     * @param reply said first, given the seq of the last thought shown
     * @return false, and nothing is said, if it has ended
     */
    public boolean interrupt(String reason, LongFunction<ServerMessage> reply) {
        if (!finish()) {
            return false;
        }
        long seq = Math.min(position, query.lastSeq());
        connection.sendData(reply.apply(seq));
        long elapsed = Duration.ofNanos(ticker.read() - startedAt).toMillis();
        pushes.finish(
                reason,
                ResultBodies.encode(query.id().ref(), QueryStatus.INTERRUPTED, Map.of("reason", reason), elapsed, seq));
        return true;
    }

    @Override
    protected void moveOn() {
        Slice<QueryEvent> slice;
        do {
            slice = query.stream().read(position, BATCH);
            List<QueryEvent> entries = slice.entries();
            for (QueryEvent entry : entries) {
                long wait = due(entry) - ticker.read();
                if (wait > 0) {
                    wake(wait);
                    return;
                }
                if (!send(entry)) {
                    return;
                }
            }
        } while (slice.entries().size() == BATCH);
    }

    private long due(QueryEvent entry) {
        return speed == 0 ? startedAt : startedAt + (long) (entry.afterMillis() * NANOS_OF_A_MILLI / speed);
    }

    private void wake(long wait) {
        next.getAndSet(timers.after(Duration.ofNanos(wait), this::pump)).cancel();
        if (hasEnded()) {
            ended();
        }
    }

    private boolean send(QueryEvent entry) {
        lock.lock();
        try {
            long offset = position + 1;
            if (!mayMove() || !pushes.write(entry, offset, offset)) {
                return false;
            }
            position = offset;
        } finally {
            lock.unlock();
        }
        if (entry instanceof ResultEvent) {
            finish();
        }
        return true;
    }

    @Override
    protected void ended() {
        next.getAndSet(Timers.Timer.NONE).cancel();
        onEnded.run();
    }
}
