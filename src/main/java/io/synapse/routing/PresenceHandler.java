package io.synapse.routing;

import io.synapse.presence.Membership;
import io.synapse.presence.PresenceOwner;
import io.synapse.presence.PresenceTracker;
import io.synapse.presence.PresenceViewer;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.ClientMessage.JoinPresence;
import io.synapse.protocol.ClientMessage.Presence;
import io.synapse.protocol.ClientMessage.PresenceUpdate;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.PresenceKeys;
import io.synapse.protocol.Reasons;
import java.util.Optional;

/** Who is present: everything about it that a client can say. Safe for use by many threads. */
public final class PresenceHandler {

    private final PresenceTracker tracker;

    /**
     * A handler.
     *
     * @param tracker keeps who is where
     */
    public PresenceHandler(PresenceTracker tracker) {
        this.tracker = tracker;
    }

    /** Lets one who has joined be seen, and see. Call it after the reply; the earlier join of the topic may be null. */
    void enter(CortexSession session, Channel old, Channel channel, JoinPresence wish) {
        if (old != null) {
            // First, so that the new join takes the place of the old one.
            old.attendance().end();
        }
        if (!wish.wanted()) {
            return;
        }
        Optional<Membership> membership = track(session, channel, wish.key());
        PresenceViewer viewer = new PresenceViewer(
                session.connection(), channel.topic(), channel.joinRef(), old != null || session.hasLeft());
        Attendance attendance = new Attendance(membership, Optional.of(viewer));
        channel.attend(attendance);
        viewer.begin(tracker, channel.presenceKey());
        // The connection may have ended meanwhile, and let go of everything it knew then.
        if (!session.connection().isOpen()) {
            attendance.end();
        }
    }

    // A topic can be used by one who is not seen there, so this refuses the presence and not the join.
    private Optional<Membership> track(CortexSession session, Channel channel, Optional<String> wanted) {
        String key = wanted.orElse(channel.agent());
        Optional<String> problem = PresenceKeys.problem(key);
        if (problem.isPresent()) {
            String detail = "this agent's name cannot be a presence_key, which " + problem.get();
            pushError(session, channel, Payloads.error(Reasons.INVALID_FIELD, detail, null));
            return Optional.empty();
        }
        PresenceOwner owner = new PresenceOwner(key, channel.owner());
        Optional<Membership> membership =
                tracker.track(channel.presenceKey(), owner, session.connection().id());
        if (membership.isEmpty()) {
            String detail = "this topic has as many presences as it may; the join holds, and is not seen by others";
            pushError(session, channel, Payloads.error(Reasons.PRESENCE_FULL, detail, null));
        }
        return membership;
    }

    void update(CortexSession session, Channel channel, Address address, PresenceUpdate update) {
        Optional<String> ref =
                channel.attendance().membership().flatMap(member -> member.update(update.status(), update.load()));
        if (ref.isPresent()) {
            session.reply(address, Payloads.of("phx_ref", ref.get()));
        } else {
            session.refuse(channel, address, Payloads.error(Reasons.NOT_TRACKED, "", null));
        }
    }

    void list(CortexSession session, Channel channel, Address address, Presence asked) {
        String agent = asked.agent().orElse(channel.agent());
        if (!channel.identity().mayJoin(agent)) {
            session.refuse(channel, address, Payloads.error(Reasons.FORBIDDEN, "", null));
            return;
        }
        String topic = Channel.topicOf(agent);
        String key = channel.identity().scoped(topic);
        tracker.whenKnown(key, () -> answer(session, address, topic, key, asked.countsOnly()));
    }

    private void answer(CortexSession session, Address address, String topic, String key, boolean countsOnly) {
        if (countsOnly) {
            session.reply(address, tracker.count(key).body(topic));
        } else {
            session.reply(address, tracker.list(key).body(topic));
        }
    }

    private static void pushError(CortexSession session, Channel channel, Body why) {
        session.pushError(channel.joinRef(), channel.topic(), why);
    }
}
