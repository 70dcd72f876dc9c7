package io.synapse.routing;

import io.synapse.protocol.Address;
import io.synapse.protocol.ClientMessage.Interrupt;
import io.synapse.protocol.ClientMessage.Replay;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.query.QueryReplay;
import io.synapse.query.Replays;
import io.synapse.query.StopOutcome;

/** Shows queries again that have ended. Safe for use by many threads. */
final class ReplayHandler {

    private final Replays replays;

    ReplayHandler(Replays replays) {
        this.replays = replays;
    }

    void replay(CortexSession session, Channel channel, Address address, Replay wanted) {
        Replays.Outcome outcome = replays.prepare(
                channel.query(wanted.ref()), channel.owner(), session.connection(), channel.format(), wanted.speed());
        switch (outcome.decision()) {
            case READY -> play(session, channel, address, wanted.ref(), outcome.replay());
            case NOT_FOUND -> refuse(session, channel, address, wanted, Reasons.NOT_FOUND);
            case STILL_RUNNING -> refuse(session, channel, address, wanted, Reasons.STILL_RUNNING);
            case TOO_MANY -> refuse(session, channel, address, wanted, Reasons.TOO_MANY_REPLAYS);
            case OVERLOADED -> refuse(session, channel, address, wanted, Reasons.OVERLOADED);
        }
    }

    private static void play(CortexSession session, Channel channel, Address address, String ref, QueryReplay replay) {
        session.reply(
                address,
                Payloads.of("ref", ref, "status", "replaying", "replay", replay.id(), "last_seq", replay.lastSeq()));
        channel.play(replay);
        // The connection may have ended meanwhile, and let go of everything it knew then.
        if (!session.connection().isOpen()) {
            replay.stop();
        }
    }

    private static void refuse(CortexSession session, Channel channel, Address address, Replay wanted, String reason) {
        Long retryAfter = reason.equals(Reasons.OVERLOADED) ? TopicRefusals.RETRY_AFTER_MILLIS : null;
        session.refuse(channel, address, Payloads.refusal(reason, "ref", wanted.ref(), "retry_after_ms", retryAfter));
    }

    /** Stops a replay of this channel; false if an interrupt means none. */
    boolean interrupt(Channel channel, Address address, Interrupt interrupt) {
        QueryReplay replay = channel.replay(interrupt.ref());
        return replay != null
                && replay.interrupt(
                        interrupt.reason(),
                        seq -> StopReply.of(address, interrupt.ref(), new StopOutcome(true, 0, seq)));
    }
}
