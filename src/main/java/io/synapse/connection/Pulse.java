package io.synapse.connection;

import io.synapse.config.HeartbeatConfig;
import io.synapse.connection.HeartbeatRule.Traffic;
import java.time.Duration;

/**
 * One connection as the sweep sees it: when to ping it, and whether it is idle or dead. The lock guards what the sweep and
 * the thread that pings share.
 */
final class Pulse {

    private static final int PHASES = 1024;

    /** What is to be done with a connection. */
    enum Verdict {
        /** Nothing. */
        FINE,
        /** It is time for a ping. */
        PING,
        /** It has been idle for too long. */
        IDLE,
        /** It has shown no sign of life since it was pinged. */
        DEAD
    }

    private final Connection connection;
    private final HeartbeatRule rule;
    private final HeartbeatConfig config;
    private long pingDueAt;
    private boolean pinging;
    private boolean unanswered;
    private long unansweredSince;
    private long progressedAt;
    private long sent;
    private long sentAt;
    private boolean sentSincePing;
    private long ownMessages;
    private boolean condemned;

    Pulse(Connection connection, HeartbeatRule rule, HeartbeatConfig config) {
        this.connection = connection;
        this.rule = rule;
        this.config = config;
        long opened = connection.activity().openedAt();
        progressedAt = opened;
        sentAt = opened;
        // After a restart all clients come at once: their first pings are spread over half an interval.
        long half = config.interval().toNanos() / 2;
        pingDueAt =
                opened + half + half / PHASES * Math.floorMod(connection.id().hashCode(), PHASES);
    }

    Connection connection() {
        return connection;
    }

    HeartbeatRule rule() {
        return rule;
    }

    /**
     * Whoever gets {@code PING} pings, then says so; whoever gets {@code IDLE} or {@code DEAD} ends the connection.
     *
     * @param patient neither of these, for now
     */
    synchronized Verdict judge(long now, boolean patient) {
        Outbox.Status status = connection.status();
        if (condemned || status.closed()) {
            return Verdict.FINE;
        }
        look(status, now);
        Activity activity = connection.activity();
        long heardAt = Activity.later(activity.heardAt(), progressedAt);
        if (heardAt - unansweredSince >= 0) {
            unanswered = false;
        }
        if (!patient && unanswered && isOver(config.timeout(), unansweredSince, now)) {
            condemned = true;
            return Verdict.DEAD;
        }
        if (!patient && isIdle(heardAt, now)) {
            condemned = true;
            return Verdict.IDLE;
        }
        if (pinging || now - pingDueAt < 0) {
            return Verdict.FINE;
        }
        pinging = true;
        return Verdict.PING;
    }

    // While frames wait, the answer to a ping waits behind what the client has yet to read, and the outbox watches over
    // the client: each frame that is sent within its time-out is a sign of life.
    private void look(Outbox.Status status, long now) {
        if (status.messages() > 0) {
            progressedAt = now;
        }
        long others = status.sent() - ownMessages;
        if (others > sent) {
            sent = others;
            sentAt = now;
            sentSincePing = true;
        }
    }

    // Where answers to pings count, silence says something only of a client that was pinged: should the threads that
    // ping
    // ever fall behind, that is not the clients' fault.
    private boolean isIdle(long heardAt, long now) {
        return rule.traffic() == Traffic.HEARD
                ? unanswered && isOver(rule.idleTimeout(), heardAt, now)
                : isOver(
                        rule.idleTimeout(), Activity.later(connection.activity().spokeAt(), sentAt), now);
    }

    private static boolean isOver(Duration timeout, long since, long now) {
        return now - since >= timeout.toNanos();
    }

    /** Pings; called by a thread that may block, after the sweep has said so. */
    void ping(long now) {
        boolean done = connection.ping();
        boolean speak;
        synchronized (this) {
            pinging = false;
            if (!done) {
                // Something is being sent just now; the next sweep tries again.
                return;
            }
            pingDueAt = now + config.interval().toNanos();
            if (!unanswered) {
                unanswered = true;
                unansweredSince = now;
            }
            speak = rule.ping().isPresent() && !sentSincePing;
            sentSincePing = false;
            if (speak) {
                ownMessages++;
            }
        }
        if (speak) {
            connection.send(rule.ping().get().get());
        }
    }
}
