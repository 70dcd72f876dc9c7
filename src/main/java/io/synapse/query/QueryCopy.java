package io.synapse.query;

import io.synapse.query.QueryDirectory.Claim;
import io.synapse.query.QueryDirectory.Written;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.stream.PositionedStream.Following;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * What is written for other nodes of a query that runs here: a position in its stream. One part at a time is on its way, and the
 * next has everything that came meanwhile; the engine and those who follow here never wait. What could not be written is
 * written later, from there. Safe for use by many threads.
 */
final class QueryCopy {

    private static final System.Logger LOGGER = System.getLogger(QueryCopy.class.getName());
    private static final int BATCH = 256;
    private static final int BATCH_BYTES = 256 * 1024;

    private final RunningQuery query;
    private final QueryFacts facts;
    private final QueryDirectory directory;

    /** Told if something could not be written, and {@link #again} has to be called later. */
    private final Consumer<QueryCopy> onStuck;

    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private Following following = () -> {};

    // Guarded by this.
    private boolean claimed;
    private boolean busy;
    private boolean checking;
    private boolean stuck;
    private boolean over;
    private boolean refused;
    private long written;

    QueryCopy(
            RunningQuery query,
            QueryFacts facts,
            boolean claimed,
            QueryDirectory directory,
            Consumer<QueryCopy> onStuck) {
        this.query = query;
        this.facts = facts;
        this.claimed = claimed;
        this.directory = directory;
        this.onStuck = onStuck;
    }

    void begin() {
        following = query.stream().follow(this::look);
        again();
    }

    /** Tries again, if it could not be written; claims the query first, if that was not done. */
    void again() {
        synchronized (this) {
            stuck = false;
            checking |= !claimed;
        }
        look();
    }

    /** Looks whether all is still there, and writes it again if it is not. */
    void check() {
        synchronized (this) {
            over = refused;
            stuck = false;
            checking = true;
        }
        look();
    }

    /** Whether what the others know of the query is this node's. */
    synchronized boolean isOwner() {
        return claimed && !refused;
    }

    /** Whether there is nothing to be written any more. */
    synchronized boolean isOver() {
        return over;
    }

    /** Completes when everything is written, once the query has ended. */
    CompletableFuture<Void> finished() {
        return finished;
    }

    private void look() {
        boolean claims;
        long from;
        List<QueryEvent> events;
        synchronized (this) {
            if (busy || stuck || over) {
                return;
            }
            claims = !claimed;
            from = written;
            events = claims ? List.of() : part(from);
            if (events.isEmpty() && !checking) {
                return;
            }
            busy = true;
            checking = false;
        }
        if (claims) {
            directory.claim(query.id(), facts, true).whenComplete(this::claimed);
        } else {
            CompletionStage<Written> writing = directory.append(query.id(), from + 1, events);
            writing.whenComplete((outcome, failure) -> written(from + events.size(), events, outcome, failure));
        }
    }

    private List<QueryEvent> part(long from) {
        List<QueryEvent> events = query.stream().read(from, BATCH).entries();
        long bytes = 0;
        int count = 0;
        while (count < events.size() && (count == 0 || bytes + events.get(count).bytes() <= BATCH_BYTES)) {
            bytes += events.get(count).bytes();
            count++;
        }
        return events.subList(0, count);
    }

    private void claimed(Claim claim, Throwable failure) {
        if (failure != null) {
            stuck();
            return;
        }
        synchronized (this) {
            busy = false;
            claimed = claim == Claim.MINE;
            written = 0;
        }
        if (claim == Claim.MINE) {
            look();
        } else {
            refused();
        }
    }

    private void written(long upTo, List<QueryEvent> events, Written outcome, Throwable failure) {
        if (failure != null) {
            stuck();
            return;
        }
        boolean ended = !events.isEmpty() && events.get(events.size() - 1) instanceof ResultEvent;
        synchronized (this) {
            busy = false;
            switch (outcome.outcome()) {
                case WRITTEN -> {
                    written = Math.min(upTo, outcome.end());
                    over = ended && written == upTo;
                }
                case UNKNOWN -> {
                    claimed = false;
                    checking = true;
                }
                case ENDED -> over = true;
                case NOT_MINE -> {}
            }
        }
        switch (outcome.outcome()) {
            case WRITTEN, UNKNOWN -> look();
            case ENDED -> {
                // If it has its result already, this may be what was written before, and only the answer was lost.
                if (!query.isConcluded()) {
                    query.lost();
                }
            }
            case NOT_MINE -> refused();
        }
        if (isOver()) {
            following.end();
            finished.complete(null);
        }
    }

    private void refused() {
        synchronized (this) {
            over = true;
            refused = true;
        }
        following.end();
        finished.complete(null);
        LOGGER.log(
                Level.WARNING,
                "another node has claimed query {0} while it could not be seen: it goes on for those who follow it here",
                query.id().ref());
    }

    private void stuck() {
        synchronized (this) {
            busy = false;
            stuck = true;
        }
        onStuck.accept(this);
    }
}
