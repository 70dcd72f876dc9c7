package io.synapse.routing;

import io.synapse.protocol.Address;
import io.synapse.protocol.ClientMessage.Renew;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.security.CredentialCheck;
import io.synapse.security.Identity;
import io.synapse.security.Lease;
import io.synapse.security.LiveCredentials;
import io.synapse.security.LiveCredentials.End;
import io.synapse.security.Role;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who is who, for as long as it holds: connections and joins live by the credential they were let in with, which is renewed
 * on the connection itself, and end with it. Safe for use by many threads.
 */
public final class CredentialHandler {

    private final CredentialCheck check;
    private final LiveCredentials live;
    private final SubscriptionHandler subscriptions;
    private final Clock clock;

    /**
     * A handler.
     *
     * @param check who is who
     * @param live tells when that is over
     * @param subscriptions ends those that a new credential does not allow
     * @param clock tells how long something still holds
     */
    public CredentialHandler(
            CredentialCheck check, LiveCredentials live, SubscriptionHandler subscriptions, Clock clock) {
        this.check = check;
        this.live = live;
        this.subscriptions = subscriptions;
        this.clock = clock;
    }

    Optional<Identity> identify(String credential) {
        return check.identify(credential);
    }

    /** The connection lives by what its handshake has shown, if that was anything. */
    void hold(CortexSession session, String ownTopic) {
        session.identity()
                .ifPresent(
                        identity -> session.liveBy(live.begin(identity, new LiveConnection(this, session, ownTopic))));
    }

    /** A join lives by what it has shown itself. */
    void hold(CortexSession session, Channel channel, JoinHandler joins) {
        channel.liveBy(live.begin(channel.identity(), new LiveJoin(this, session, channel, joins)));
    }

    void renew(CortexSession session, Channel channel, Address address, Renew message) {
        Optional<Lease> ofJoin = channel == null ? Optional.empty() : channel.lease();
        Optional<Lease> lease = ofJoin.or(session::lease);
        Optional<Identity> shown = check.identify(message.credential());
        if (shown.isEmpty() || lease.isEmpty()) {
            String detail = shown.isEmpty() ? "not a good credential" : "the connection has shown no credential";
            session.refuse(address, Payloads.refusal(Reasons.UNAUTHORIZED, "detail", detail));
            return;
        }
        Identity identity = shown.get();
        List<Channel> concerned = ofJoin.isPresent()
                ? List.of(channel)
                : session.all().stream().filter(each -> each.lease().isEmpty()).toList();
        Optional<String> objection = objection(lease.get().identity(), identity, concerned);
        if (objection.isPresent()) {
            session.refuse(address, Payloads.refusal(Reasons.FORBIDDEN, "detail", objection.get()));
            return;
        }
        if (!lease.get().renew(identity)) {
            session.refuse(address, Reasons.TOKEN_EXPIRED);
            return;
        }
        if (ofJoin.isEmpty()) {
            session.identify(identity);
        }
        session.reply(
                address,
                Payloads.of(
                        "expires_at",
                        identity.credential()
                                .expiresAt()
                                .map(Instant::toEpochMilli)
                                .orElse(null)));
        concerned.forEach(each -> apply(session, each, identity));
    }

    private static Optional<String> objection(Identity present, Identity shown, List<Channel> concerned) {
        if (!present.isSameAs(shown)) {
            return Optional.of("a credential of another client");
        }
        return concerned.stream()
                .filter(channel -> channel.agent() != null && !shown.mayJoin(channel.agent()))
                .findFirst()
                .map(channel -> "the credential may not use the agent " + channel.agent());
    }

    // What the old credential allowed and the new one does not, ends now.
    private void apply(CortexSession session, Channel channel, Identity identity) {
        channel.identify(identity);
        subscriptions.endForbidden(session, channel);
        if (!identity.roles().contains(Role.AGENT)) {
            channel.serveNoMore();
        }
    }

    private void warn(CortexSession session, Ref joinRef, String topic, Instant at) {
        session.connection()
                .send(new ServerMessage.Push(
                        joinRef,
                        topic,
                        "token_expiring",
                        Payloads.of(
                                "expires_at",
                                at.toEpochMilli(),
                                "expires_in_ms",
                                Math.max(0, at.toEpochMilli() - clock.millis()))));
    }

    /** A connection that lives by the credential of its handshake. */
    private record LiveConnection(CredentialHandler all, CortexSession session, String topic)
            implements LiveCredentials.Holder {
        @Override
        public void expiring(Instant at) {
            all.warn(session, null, topic, at);
        }

        @Override
        public void over(End end) {
            session.connection().close(end == End.EXPIRED ? CloseReason.TOKEN_EXPIRED : CloseReason.REVOKED);
        }
    }

    /** A joined topic that lives by the credential of its join. */
    private record LiveJoin(CredentialHandler all, CortexSession session, Channel channel, JoinHandler joins)
            implements LiveCredentials.Holder {
        @Override
        public void expiring(Instant at) {
            all.warn(session, channel.joinRef(), channel.topic(), at);
        }

        @Override
        public void over(End end) {
            joins.fail(session, channel, end == End.EXPIRED ? Reasons.TOKEN_EXPIRED : Reasons.REVOKED);
        }
    }
}
