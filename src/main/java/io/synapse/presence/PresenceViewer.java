package io.synapse.presence;

import io.synapse.connection.Connection;
import io.synapse.connection.Follower;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * One connection that watches one topic, told what the Phoenix client's {@code Presence} class needs: {@code
 * presence_state}, then {@code presence_diff}s. It keeps one of them at most: one that reads slowly reads the state again.
 * Safe for use by many threads.
 */
public final class PresenceViewer extends Follower {

    private final Connection connection;
    private final String topic;
    private final Ref joinRef;
    private final boolean again;

    /** What was read and has yet to be sent. Guarded by the lock, as all that follows is. */
    private final Queue<ServerMessage> news = new ArrayDeque<>();

    private PresenceFeed feed;
    private boolean begun;
    private boolean toldTruncated;

    /**
     * A watcher that has not begun.
     *
     * @param connection who watches
     * @param topic the topic of the messages
     * @param joinRef the client's join of it
     * @param again whether the connection may have watched the topic before
     */
    public PresenceViewer(Connection connection, String topic, Ref joinRef, boolean again) {
        super(connection);
        this.connection = connection;
        this.topic = topic;
        this.joinRef = joinRef;
        this.again = again;
    }

    /**
     * Begins. Call it once.
     *
     * @param tracker whose members are watched
     * @param watched what the tracker knows the topic by
     */
    public void begin(PresenceTracker tracker, String watched) {
        begin(look -> {
            lock.lock();
            try {
                feed = tracker.watch(watched, look);
                return feed::end;
            } finally {
                lock.unlock();
            }
        });
    }

    /** Ends; nothing is sent any more when this returns. */
    public void end() {
        finish();
    }

    @Override
    protected void moveOn() {
        boolean more = true;
        while (more && connection.requestRoom()) {
            lock.lock();
            try {
                more = mayMove() && sendSome();
            } finally {
                lock.unlock();
            }
        }
    }

    /** Sends what was read, and then reads on; false if there is no room, or nothing to read. */
    private boolean sendSome() {
        while (!news.isEmpty()) {
            if (!connection.sendIfRoom(news.peek())) {
                return false;
            }
            news.remove();
        }
        Optional<PresenceNews> next = feed == null ? Optional.empty() : feed.next();
        next.ifPresent(this::add);
        return next.isPresent();
    }

    private void add(PresenceNews next) {
        if (next instanceof PresenceState state) {
            ServerMessage message = new ServerMessage.Push(joinRef, topic, "presence_state", state.body());
            news.add(message);
            if (again && !begun) {
                // Diffs of the earlier join that were still on their way are applied by the Phoenix client after the
                // first state of the new join, though they are older. The same state again mends what they spoilt.
                news.add(message);
            }
            begun = true;
        } else if (next instanceof PresenceDiff diff && !diff.isEmpty()) {
            news.add(diff.message());
        }
        // Not in the state: the client takes each of its keys for somebody.
        PresenceCounts counts = next.counts();
        if (counts.truncated() || toldTruncated) {
            toldTruncated = counts.truncated();
            news.add(new ServerMessage.Push(
                    joinRef,
                    topic,
                    "presence_info",
                    Payloads.of("count", counts.count(), "keys", counts.keys(), "truncated", counts.truncated())));
        }
    }
}
