package io.synapse.presence;

import io.synapse.connection.Connection;
import io.synapse.platform.Wakeup;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One connection that watches one topic, told what the Phoenix client's {@code Presence} class needs: {@code
 * presence_state}, then {@code presence_diff}s. It keeps nothing of them: one that reads slowly reads the state again.
 *
 * <p>Safe for use by many threads: one at a time moves it on, and others only tell it to look again.
 */
public final class PresenceViewer implements Connection.Source {

    private static final System.Logger LOGGER = System.getLogger(PresenceViewer.class.getName());

    private final Connection connection;
    private final String topic;
    private final Ref joinRef;
    private final boolean again;
    private final Wakeup wakeup = new Wakeup(this::look);
    /** Guards the feed: reading it and sending what was read are one step, which {@link #end} waits for. */
    private final ReentrantLock lock = new ReentrantLock();

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
        this.connection = connection;
        this.topic = topic;
        this.joinRef = joinRef;
        this.again = again;
    }

    /**
     * Begins. Call it once.
     *
     * @param tracker whose members are watched
     */
    public void begin(PresenceTracker tracker) {
        lock.lock();
        try {
            feed = tracker.watch(topic, this::pump);
        } finally {
            lock.unlock();
        }
        connection.addSource(this);
        pump();
    }

    /** Ends; nothing is sent any more when this returns. */
    public void end() {
        lock.lock();
        try {
            if (feed != null) {
                feed.end();
                feed = null;
            }
        } finally {
            lock.unlock();
        }
        connection.removeSource(this);
    }

    @Override
    public void pump() {
        wakeup.ask();
    }

    private void look() {
        try {
            moveOn();
        } catch (RuntimeException e) {
            // Going on would leave the client with somebody who has gone, or without somebody who is there.
            LOGGER.log(Level.ERROR, "presence could not be written", e);
            end();
            connection.abort(CloseReason.INTERNAL);
        }
    }

    private void moveOn() {
        boolean more = true;
        while (more && connection.requestRoom()) {
            lock.lock();
            try {
                Optional<PresenceNews> news = feed == null ? Optional.empty() : feed.next();
                news.ifPresent(this::send);
                more = news.isPresent();
            } finally {
                lock.unlock();
            }
        }
    }

    private void send(PresenceNews news) {
        if (news instanceof PresenceState state) {
            ServerMessage message = new ServerMessage.Push(joinRef, topic, "presence_state", state.body());
            connection.sendData(message);
            if (again && !begun) {
                // Diffs of the earlier join that were still on their way are applied by the Phoenix client after the
                // first state of the new join, though they are older. The same state again mends what they spoilt.
                connection.sendData(message);
            }
            begun = true;
        } else if (news instanceof PresenceDiff diff && !diff.isEmpty()) {
            connection.sendData(diff.message());
        }
        // Not in the state: the client takes each of its keys for somebody.
        PresenceCounts counts = news.counts();
        if (counts.truncated() || toldTruncated) {
            toldTruncated = counts.truncated();
            connection.sendData(new ServerMessage.Push(
                    joinRef,
                    topic,
                    "presence_info",
                    Payloads.of("count", counts.count(), "keys", counts.keys(), "truncated", counts.truncated())));
        }
    }
}
