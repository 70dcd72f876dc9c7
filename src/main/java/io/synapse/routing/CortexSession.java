package io.synapse.routing;

import io.synapse.agent.Worker;
import io.synapse.config.LimitsConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionClient;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.platform.Timers;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.ServerMessage.Status;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Lease;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one connection has joined. Used by the connection's inbound thread, which the container keeps to one at a time; its
 * {@link #end} may come meanwhile, on any thread.
 */
public final class CortexSession {

    /** The topic that belongs to the connection itself. */
    static final String OWN_TOPIC = "phoenix";

    private final Connection connection;
    private volatile Optional<Identity> identity;
    private Optional<Lease> lease = Optional.empty();
    private final Map<String, Channel> channels = new HashMap<>();
    private final Map<String, Followed> crashed = new HashMap<>();
    private final boolean joins;
    private int malformed;
    private boolean left;
    private Optional<HeldSession> held = Optional.empty();
    private boolean ended;
    private Guard guard = Guard.NONE;
    private Runnable changed = () -> {};

    CortexSession(Connection connection, Optional<Identity> identity) {
        this(connection, identity, true);
    }

    private CortexSession(Connection connection, Optional<Identity> identity, boolean joins) {
        this.connection = connection;
        this.identity = identity;
        this.joins = joins;
    }

    /** The same of a connection on {@code /ws}, where there are no joins. */
    static CortexSession withoutJoins(Connection connection, Identity identity) {
        return new CortexSession(connection, Optional.of(identity), false);
    }

    /** How something that was published is written where it is part of an answer: as in its own message. */
    Body event(ServerMessage.Event event) {
        return joins ? Payloads.event(event) : Payloads.typedEvent(event);
    }

    /** The mark of a message of {@code /ws} as a value of its own type, or null. */
    static Object mark(Address address) {
        Ref id = address.ref();
        if (id == null) {
            return null;
        }
        return id.number() ? (Object) Long.valueOf(id.text()) : id.text();
    }

    Connection connection() {
        return connection;
    }

    /** Who the handshake said the client is. */
    Optional<Identity> identity() {
        return identity;
    }

    /** The limits that hold for it. */
    Guard guard() {
        return guard;
    }

    void guard(Guard by) {
        guard = by;
    }

    /** The same client has shown another credential. */
    void identify(Identity shown) {
        identity = Optional.of(shown);
    }

    /** What the connection lives by; empty if it has shown nothing. */
    synchronized Optional<Lease> lease() {
        return lease;
    }

    void liveBy(Lease held) {
        boolean late;
        synchronized (this) {
            lease = Optional.of(held);
            late = ended;
        }
        if (late) {
            held.end();
        }
    }

    synchronized Channel channel(String topic) {
        return channels.get(topic);
    }

    /** The channel that a message is for: without a topic, the only one; null if there is none. */
    synchronized Channel channelOf(Address address) {
        if (address.topic() != null) {
            return channels.get(address.topic());
        }
        return channels.size() == 1 ? channels.values().iterator().next() : null;
    }

    void add(Channel channel) {
        boolean late;
        synchronized (this) {
            channels.put(channel.topic(), channel);
            late = ended;
        }
        if (late) {
            channel.end();
        }
    }

    /** The session of all that is here, of a client without joins. */
    synchronized Optional<HeldSession> held() {
        return held;
    }

    void hold(HeldSession session) {
        boolean late;
        synchronized (this) {
            held = Optional.of(session);
            late = ended;
        }
        if (late) {
            session.connectionEnded(() -> {});
        }
    }

    /** Everything that is joined. */
    synchronized List<Channel> all() {
        return List.copyOf(channels.values());
    }

    synchronized void remove(Channel channel) {
        channels.remove(channel.topic(), channel);
        left = true;
    }

    /** Whether any topic was left, or failed: one that is joined now may have been joined before. */
    synchronized boolean hasLeft() {
        return left;
    }

    /** Whether a topic is joined, or was when it failed. */
    synchronized boolean hasJoined(String topic) {
        return channels.containsKey(topic) || crashed.containsKey(topic);
    }

    synchronized int joined() {
        return channels.size();
    }

    /** The topic a frame without one means: the only one that is joined. */
    synchronized Optional<String> onlyTopic() {
        return channels.size() == 1 ? Optional.of(channels.keySet().iterator().next()) : Optional.empty();
    }

    /** The worker of this connection that has a task, or null. */
    synchronized Worker worker(String task) {
        for (Channel channel : channels.values()) {
            WorkerStream serving = channel.worker();
            if (serving != null && serving.worker().has(task)) {
                return serving.worker();
            }
        }
        return null;
    }

    /** How many topics and patterns all joins together subscribe to. */
    synchronized int subscriptions() {
        return channels.values().stream()
                .mapToInt(channel -> channel.subscriptions().count())
                .sum();
    }

    /** Remembers what was followed on a topic that failed, for the join that comes next. */
    void crashed(String topic, Followed followed) {
        boolean late;
        synchronized (this) {
            late = ended;
            if (!late) {
                crashed.put(topic, followed);
            }
        }
        if (late) {
            forsake(followed);
        }
    }

    private static void forsake(Followed followed) {
        followed.held().ifPresent(session -> session.connectionEnded(() -> {}));
    }

    /** The session of a topic that failed. */
    synchronized Optional<HeldSession> crashedSession(String topic) {
        return crashed.getOrDefault(topic, Followed.NOTHING).held();
    }

    /** What was followed on a topic when it failed; forgets it. */
    synchronized Followed restore(String topic) {
        Followed followed = crashed.remove(topic);
        return followed == null ? Followed.NOTHING : followed;
    }

    /** Notes the connection where connections are found, until it ends; then lets everything go. */
    void open(ConnectionRegistry registry, SubscriptionHandler subscriptions) {
        changed = () -> registry.changed(connection);
        registry.track(connection, new SessionOrders(this, subscriptions));
        connection.onClose(() -> {
            registry.untrack(connection);
            end();
        });
    }

    /** What is subscribed to is not what it was. */
    void changed() {
        changed.run();
    }

    /** Somebody, as connections are found by. */
    static ConnectionClient client(Identity identity) {
        Credential shown = identity.credential();
        return new ConnectionClient(
                identity.subject(), identity.tenant(), shown.kind() == Credential.Kind.LOGIN ? shown.source() : "");
    }

    /** Counts one more frame that could not be understood; false if it is one too many, and the connection is closed. */
    boolean mayAnswerMalformed(LimitsConfig limits, Timers timers) {
        malformed++;
        if (malformed == limits.malformedFrames() + 1) {
            timers.after(limits.closeDelay(), () -> connection.close(CloseReason.POLICY));
        }
        return malformed <= limits.malformedFrames();
    }

    void reply(Address to, Body response) {
        connection.send(new ServerMessage.Reply(to, Status.OK, response));
    }

    /** A reply that takes its place among what streams have sent, where the others may pass it. */
    void replyInStream(Address to, Body response) {
        connection.sendData(new ServerMessage.Reply(to, Status.OK, response));
    }

    void refuse(Address to, Body response) {
        connection.send(new ServerMessage.Reply(to, Status.ERROR, response));
    }

    void refuse(Address to, String reason) {
        refuse(to, Payloads.refusal(reason));
    }

    /** A refusal on a joined topic, which is said twice: some clients do not look at replies. On {@code /ws}, once. */
    void refuse(Channel channel, Address to, Body response) {
        refuse(to, response);
        if (joins) {
            pushError(channel.joinRef(), channel.topic(), response);
        }
    }

    /** A refusal of a message of which perhaps nothing is known but that it came. */
    void refuseAnywhere(Channel channel, Address to, Body response) {
        if (!joins) {
            refuse(to, response);
        } else if (channel != null) {
            refuse(channel, to.withTopic(channel.topic()).withJoinRef(channel.joinRef()), response);
        } else if (to.topic() != null && to.ref() != null) {
            refuse(to, response);
        } else {
            pushError(null, to.topic(), response);
        }
    }

    void pushError(Ref joinRef, String topic, Body payload) {
        connection.send(new ServerMessage.Push(joinRef, topic == null ? OWN_TOPIC : topic, "error", payload));
    }

    /** The connection has ended: lets everything go. */
    void end() {
        List<Followed> failed;
        List<Channel> present;
        Optional<HeldSession> whole;
        Optional<Lease> lived;
        synchronized (this) {
            ended = true;
            lived = lease;
            failed = List.copyOf(crashed.values());
            present = all();
            whole = held;
        }
        lived.ifPresent(Lease::end);
        // Without the lock: sessions are given to whoever waits for them.
        failed.forEach(CortexSession::forsake);
        Runnable release = () -> present.forEach(Channel::end);
        whole.ifPresentOrElse(session -> session.connectionEnded(release), release);
        synchronized (this) {
            channels.clear();
            crashed.clear();
        }
    }
}
