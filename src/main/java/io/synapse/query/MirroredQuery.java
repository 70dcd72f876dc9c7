package io.synapse.query;

import io.synapse.platform.Wakeup;
import io.synapse.query.QueryEvent.InterruptedEvent;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.stream.PositionedStream;
import io.synapse.stream.PositionedStream.Following;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What is known here of a query that another node runs: its stream, which is read and followed as that of any query, and grows
 * as news comes.
 *
 * <p><b>Threads.</b> What changes it runs one after the other, on the stack of whoever brings it; nobody waits, and no lock is
 * held while followers are told. <b>Order.</b> While an interrupt of this node is on its way, how the query ends waits for the
 * answer, which has its place before.
 */
final class MirroredQuery implements FollowedQuery {

    /** What it needs of its surroundings. */
    interface Host {
        /** Something was missed: it has to be fetched. */
        void look(MirroredQuery query);

        /** The first here follows it, or the last here does not any more. */
        void followed(MirroredQuery query, boolean isFollowed);

        /** It has its result. */
        void concluded(MirroredQuery query);
    }

    /** Something to be said when all thoughts up to one are there. */
    private record Later(long seq, Runnable action) {}

    private final QueryId id;
    private final String owner;
    private final QueryFacts facts;
    private final PositionedStream<QueryEvent> stream;
    private final Host host;
    private final Queue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final Wakeup wakeup = new Wakeup(this::work);

    // Touched by what runs one after the other only.
    private final Queue<QueryEvent> heldBack = new ArrayDeque<>();
    private final Queue<Later> later = new ArrayDeque<>();
    private int interrupts;

    // Guarded by this.
    private final Set<QueryViewer> viewers = new HashSet<>();
    private long touched;
    private boolean dropped;
    private Following following = () -> {};

    private volatile boolean ending;
    private volatile boolean concluded;
    private volatile QueryStatus status;

    MirroredQuery(
            QueryId id, String owner, QueryFacts facts, PositionedStream<QueryEvent> stream, long now, Host host) {
        this.id = id;
        this.owner = owner;
        this.facts = facts;
        this.stream = stream;
        this.host = host;
        touched = now;
    }

    private void work() {
        for (Runnable task = inbox.poll(); task != null; task = inbox.poll()) {
            task.run();
        }
    }

    private void run(Runnable task) {
        inbox.add(task);
        wakeup.ask();
    }

    /** Something was written, or fetched. */
    void news(String by, long first, List<QueryEvent> events) {
        run(() -> {
            long end = stream.end() + heldBack.size();
            if (first == 0 || !by.equals(owner)) {
                // It was refused after all; or two nodes ran it while they knew nothing of each other, and what follows
                // is
                // another answer.
                fail();
            } else if (first > end + 1) {
                host.look(this);
            } else {
                long known = end + 1 - first;
                events.stream().skip(known).forEach(this::add);
                settle();
            }
        });
    }

    /** Nobody knows anything of the query any more: it ends here. */
    void lost() {
        run(this::fail);
    }

    private void fail() {
        if (!concluded && heldBack.isEmpty()) {
            long last = stream.seal();
            add(ResultBodies.encode(
                    id.ref(), QueryStatus.ERROR, Ending.nodeLost().data(), 0, last));
            settle();
        }
    }

    private void add(QueryEvent event) {
        boolean ends = event instanceof InterruptedEvent || event instanceof ResultEvent;
        if (ends && interrupts > 0) {
            heldBack.add(event);
        } else {
            put(event, ends);
        }
    }

    private void put(QueryEvent event, boolean ends) {
        if (concluded) {
            return;
        }
        if (!ends) {
            stream.append(event);
            return;
        }
        stream.seal();
        ending = true;
        if (event instanceof ResultEvent result) {
            status = result.status();
            stream.conclude(event);
            concluded = true;
            host.concluded(this);
        } else {
            stream.conclude(event);
        }
    }

    private void settle() {
        for (Iterator<Later> all = later.iterator(); all.hasNext(); ) {
            Later next = all.next();
            if (next.seq() <= stream.end() || !heldBack.isEmpty() || ending) {
                all.remove();
                answered(next.action());
            }
        }
    }

    private void answered(Runnable action) {
        try {
            action.run();
        } finally {
            interrupts--;
            if (interrupts == 0) {
                for (QueryEvent event = heldBack.poll(); event != null; event = heldBack.poll()) {
                    put(event, true);
                }
            }
        }
    }

    /** An interrupt is about to be sent to the node that runs it; {@link #interrupted} has to be called, once. */
    void interrupting() {
        run(() -> interrupts++);
    }

    /**
     * What came of the interrupt.
     *
     * @param seq the thought after which the answer has its place; 0 if anywhere
     * @param answer says it
     */
    void interrupted(long seq, Runnable answer) {
        run(() -> {
            later.add(new Later(seq, answer));
            settle();
        });
    }

    /** What waits for thoughts waits no longer: they do not come. */
    void hurry() {
        run(() -> {
            while (!later.isEmpty()) {
                answered(later.remove().action());
            }
        });
    }

    /** It is about to be used; false if it is used no more, and has to be brought in anew. */
    synchronized boolean touch(long now) {
        touched = now;
        return !dropped;
    }

    /** Ends its use if nobody follows it, and nobody has used it since a time; false if somebody does. */
    boolean dropUnusedSince(long time) {
        Following ended;
        synchronized (this) {
            if (dropped || !viewers.isEmpty() || touched - time > 0) {
                return false;
            }
            dropped = true;
            ended = following;
        }
        ended.end();
        return true;
    }

    /** What ends the following of news; run at once if it is not needed any more. */
    void following(Following ends) {
        boolean late;
        synchronized (this) {
            following = ends;
            late = dropped || concluded;
        }
        if (late) {
            ends.end();
        }
    }

    /** Needs no news any more. */
    void followNoMore() {
        Following ended;
        synchronized (this) {
            ended = following;
        }
        ended.end();
    }

    @Override
    public boolean add(QueryViewer viewer) {
        boolean first;
        synchronized (this) {
            if (dropped) {
                return false;
            }
            first = viewers.isEmpty();
            viewers.add(viewer);
        }
        if (first) {
            host.followed(this, true);
        }
        return true;
    }

    @Override
    public void remove(QueryViewer viewer) {
        boolean last;
        synchronized (this) {
            last = viewers.remove(viewer) && viewers.isEmpty();
        }
        if (last) {
            host.followed(this, false);
        }
    }

    synchronized boolean isFollowed() {
        return !viewers.isEmpty();
    }

    /** The node that runs it. */
    String owner() {
        return owner;
    }

    QueryFacts facts() {
        return facts;
    }

    /** How it ended; null while it has not. */
    QueryStatus status() {
        return status;
    }

    @Override
    public QueryId id() {
        return id;
    }

    @Override
    public Optional<String> channel() {
        return facts.channel();
    }

    @Override
    public boolean isCall() {
        return facts.isCall();
    }

    @Override
    public PositionedStream<QueryEvent> stream() {
        return stream;
    }

    @Override
    public long lastSeq() {
        // The end first: once it is ending, what ends the query may be in the stream too.
        long end = stream.end();
        return ending ? stream.seal() : end;
    }

    // What a client has seen where the query runs may not have come here yet, and must not be shown again when it
    // comes.
    @Override
    public long start(long afterSeq) {
        return ending ? Math.min(afterSeq, stream.seal()) : afterSeq;
    }

    @Override
    public boolean isWaiting() {
        return false;
    }

    @Override
    public Instant acceptedAt() {
        return facts.accepted();
    }

    @Override
    public String state() {
        QueryStatus how = status;
        return how == null ? "running" : how.word();
    }

    @Override
    public boolean isConcluded() {
        return concluded;
    }

    @Override
    public boolean asksTheSame(QueryRequest request) {
        return id.equals(request.id()) && facts.digest().equals(QueryFacts.digest(request));
    }

    @Override
    public boolean isFor(String subject) {
        return facts.subject().map(subject::equals).orElse(true);
    }

    @Override
    public void progressed() {
        // It cannot slow an engine on another node: that one's own followers do.
    }
}
