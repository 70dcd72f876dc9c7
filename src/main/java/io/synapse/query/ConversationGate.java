package io.synapse.query;

import io.synapse.config.ConversationConfig;
import io.synapse.config.DoubleTexting;
import io.synapse.conversation.ConversationKey;
import io.synapse.conversation.ConversationStore;
import io.synapse.conversation.Turn;
import io.synapse.engine.EarlierTurn;
import io.synapse.engine.EngineException;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.Reasons;
import io.synapse.query.ConversationLine.Ticket;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets the queries of a conversation go on one after the other, and records each as a turn when it has ended, once, in the
 * order in which they came. What a query does that finds others before it is said by its {@link DoubleTexting}.
 *
 * <p><b>Ordering.</b> A turn is recorded before the result of its query is told, so that whoever asks because of the result
 * finds it in the context. A query goes on when the one before it has its result. Only a turn that ended while others before
 * it had not is recorded later: after theirs.
 *
 * <p>Bounded: by the places of queries, and of one conversation by {@code synapse.conversation.max-waiting}. Safe for use by
 * many threads; no lock is held while a query, a store or a follower is called.
 */
public final class ConversationGate {

    private static final System.Logger LOGGER = System.getLogger(ConversationGate.class.getName());

    /** What queries are told that another one of their conversation stops. */
    static final String SUPERSEDED = "superseded";

    private final ConversationStore store;
    private final ConversationConfig config;
    private final Counters counters;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<ConversationKey, ConversationLine> lines = new HashMap<>();

    /**
     * A gate with nobody before it.
     *
     * @param store keeps the turns
     * @param config the bounds, and what queries do that do not say
     * @param counters for what happens
     */
    public ConversationGate(ConversationStore store, ConversationConfig config, Counters counters) {
        this.store = store;
        this.config = config;
        this.counters = counters;
    }

    /** Gives a query its place in its conversation; false if it has to be refused. Calls nobody. */
    boolean enter(RunningQuery query) {
        Optional<InConversation> conversation = query.request().conversation();
        if (conversation.isEmpty()) {
            return true;
        }
        ConversationKey key = conversation.get().key();
        DoubleTexting rule = conversation.get().doubleTexting().orElse(config.doubleTexting());
        lock.lock();
        try {
            ConversationLine line = lines.get(key);
            if (line != null && !hasRoom(line, rule)) {
                counters.increment(Counter.CONVERSATIONS_BUSY);
                return false;
            }
            lines.computeIfAbsent(key, none -> new ConversationLine()).add(query, rule);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasRoom(ConversationLine line, DoubleTexting rule) {
        if (rule == DoubleTexting.REJECT) {
            return line.current().isEmpty();
        }
        // Who stops all others finds room beside as many as may wait.
        return line.size() <= (rule.stopsOthers() ? 2 * config.maxWaiting() + 1 : config.maxWaiting());
    }

    /** A query that has its place is accepted: it stops others, waits, or goes on. */
    void begin(RunningQuery query, Admission admission) {
        ConversationKey key = keyOf(query);
        List<Ticket> stopped = List.of();
        lock.lock();
        try {
            ConversationLine line = lines.get(key);
            Ticket ticket = line == null ? null : line.of(query);
            if (ticket == null || ticket.hasEnded()) {
                return;
            }
            ticket.begins(admission);
            if (ticket.rule().stopsOthers()) {
                stopped = line.before(ticket);
                if (ticket.rule() == DoubleTexting.ROLLBACK) {
                    stopped.forEach(Ticket::rollBack);
                }
            }
        } finally {
            lock.unlock();
        }
        // The last first: otherwise each would have its turn when the one before it has ended.
        for (Ticket ticket : stopped) {
            if (ticket.query().interruptIfUndecided(SUPERSEDED)) {
                counters.increment(Counter.QUERIES_SUPERSEDED);
            }
        }
        proceed(key);
    }

    /** Tells all that wait how many are before them, and lets the first go on if there is none. */
    void proceed(ConversationKey key) {
        Ticket next;
        lock.lock();
        try {
            ConversationLine line = lines.get(key);
            next = line == null ? null : line.grant();
        } finally {
            lock.unlock();
        }
        tellPositions(key);
        if (next != null) {
            store.context(key).whenComplete((turns, failure) -> goOn(next, turns, failure));
        }
    }

    // A stage keeps to itself what is thrown here, so the query must end in every case.
    private void goOn(Ticket ticket, List<Turn> turns, Throwable failure) {
        if (failure != null) {
            ticket.query()
                    .fail(new EngineException(
                            Reasons.UNAVAILABLE, "the conversation cannot be read now; ask again later", failure));
            return;
        }
        try {
            ticket.query()
                    .comesAfter(turns.stream()
                            .map(turn -> new EarlierTurn(
                                    turn.question(),
                                    turn.answer(),
                                    turn.truncatedAtSeq().isPresent()))
                            .toList());
            if (isForgotten(ticket)) {
                ticket.query().comesAfter(List.of());
            }
            ticket.admission().enqueue(ticket.query());
        } catch (RuntimeException | Error e) {
            ticket.query().fail(e);
        }
    }

    /** Tells those who follow the waiting queries of a conversation how many are before them. */
    void tellPositions(ConversationKey key) {
        List<Ticket> waiting;
        lock.lock();
        try {
            ConversationLine line = lines.get(key);
            waiting = line == null ? List.of() : line.waiting();
        } finally {
            lock.unlock();
        }
        for (int i = 0; i < waiting.size(); i++) {
            waiting.get(i).admission().waitsAt(waiting.get(i).query(), i + 1);
        }
    }

    /** A query has ended and is about to have its result. */
    void concluding(RunningQuery query, Turn turn) {
        ConversationKey key = keyOf(query);
        lock.lock();
        try {
            lines.get(key).of(query).ends(turn);
        } finally {
            lock.unlock();
        }
        for (Ticket next = toRecord(key, false); next != null; next = toRecord(key, true)) {
            record(key, next);
        }
    }

    private Ticket toRecord(ConversationKey key, boolean hasRecorded) {
        lock.lock();
        try {
            ConversationLine line = lines.get(key);
            if (line == null) {
                return null;
            }
            if (hasRecorded) {
                line.recorded();
                if (line.size() == 0) {
                    lines.remove(key);
                }
            }
            return line.startRecording();
        } finally {
            lock.unlock();
        }
    }

    private void record(ConversationKey key, Ticket ticket) {
        if (ticket.isRolledBack()) {
            counters.increment(Counter.TURNS_ROLLED_BACK);
            return;
        }
        try {
            if (!isForgotten(ticket)) {
                store.append(key, ticket.turn());
                if (isForgotten(ticket)) {
                    // The conversation was deleted meanwhile, and this turn is all that there can be of it.
                    store.delete(key);
                }
            }
        } catch (RuntimeException | Error e) {
            // Those that wait behind it must go on.
            LOGGER.log(Level.ERROR, "a turn of a conversation with " + key.agent() + " could not be kept", e);
        }
    }

    private boolean isForgotten(Ticket ticket) {
        lock.lock();
        try {
            return ticket.isForgotten();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The query of a conversation that runs, or is next.
     *
     * @param key which conversation
     * @return its ref; empty if there is none that has not ended
     */
    public Optional<String> running(ConversationKey key) {
        lock.lock();
        try {
            return Optional.ofNullable(lines.get(key))
                    .flatMap(ConversationLine::current)
                    .map(query -> query.id().ref());
        } finally {
            lock.unlock();
        }
    }

    /**
     * Forgets a conversation. Queries of it that run or wait go on and have their results, and do not become turns; those
     * that have not begun are told of none.
     *
     * @param key which conversation
     * @return whether there was anything of it: turns, or queries
     */
    public CompletionStage<Boolean> delete(ConversationKey key) {
        List<Ticket> going;
        lock.lock();
        try {
            ConversationLine line = lines.get(key);
            going = line == null ? List.of() : line.all();
            going.forEach(Ticket::forget);
        } finally {
            lock.unlock();
        }
        going.forEach(ticket -> ticket.query().comesAfter(List.of()));
        return store.delete(key).thenApply(found -> found || !going.isEmpty());
    }

    /**
     * How many conversations have queries that run or wait.
     *
     * @return 0 or more
     */
    public int active() {
        lock.lock();
        try {
            return lines.size();
        } finally {
            lock.unlock();
        }
    }

    private static ConversationKey keyOf(RunningQuery query) {
        return query.request().conversation().orElseThrow().key();
    }
}
