package io.synapse.query;

import io.synapse.budget.Level;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The way of one query from its acceptance to its engine and to its end: first its conversation lets it go on, if it is of
 * one, then it waits for its turn in the queue. Its place is its own from the beginning. Safe for use by many threads.
 */
final class Admission implements RunningQuery.Host {

    private final Admissions.Grant grant;
    private final QueryScheduler.Slot slot;
    private final QueryStore store;
    private final ConversationGate gate;
    private final QueuePositions positions;
    private final QueryEnvironment environment;

    /** Whether it has yet to get in the queue. */
    private final AtomicBoolean outside = new AtomicBoolean(true);

    Admission(
            Admissions.Grant grant,
            QueryStore store,
            ConversationGate gate,
            QueuePositions positions,
            QueryEnvironment environment) {
        this.grant = grant;
        slot = grant.slot();
        this.store = store;
        this.gate = gate;
        this.positions = positions;
        this.environment = environment;
    }

    /** Gives the place back: the query is not to be. */
    void giveBack() {
        grant.giveBack();
    }

    /** Of which limits the subject is to be warned. */
    List<Level> warnings() {
        return grant.warnings();
    }

    /** Lets the query go on as far as its conversation lets it. */
    void begin(RunningQuery query) {
        if (query.request().conversation().isPresent()) {
            gate.begin(query, this);
        } else {
            enqueue(query);
        }
    }

    /** Nothing but its turn is before it any more. */
    void enqueue(RunningQuery query) {
        if (!outside.compareAndSet(true, false)) {
            return;
        }
        if (slot.enqueue(query.request().priority(), new WaitingQuery(query, environment))) {
            query.hasToWait();
            positions.newcomer();
        }
        if (query.isDecided()) {
            decided(query);
        }
    }

    /** Tells those who follow how many of its conversation are before it. */
    void waitsAt(RunningQuery query, int position) {
        query.hasToWait();
        new WaitingQuery(query, environment).tell(position, 0);
    }

    @Override
    public void decided(RunningQuery query) {
        if (outside.compareAndSet(true, false)) {
            slot.giveBack();
            query.neverRan();
        } else if (slot.withdraw()) {
            query.neverRan();
        }
    }

    @Override
    public void concluding(RunningQuery query, Ending ending) {
        if (query.request().conversation().isPresent()) {
            gate.concluding(
                    query, EndedTurn.of(query, ending, environment.clock().instant()));
        }
    }

    @Override
    public void concluded(RunningQuery query) {
        store.ended(query);
        query.request().conversation().ifPresent(conversation -> gate.proceed(conversation.key()));
    }

    @Override
    public void workEnded(RunningQuery query) {
        slot.ended();
    }
}
