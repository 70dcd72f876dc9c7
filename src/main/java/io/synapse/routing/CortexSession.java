package io.synapse.routing;

import io.synapse.connection.Connection;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.ServerMessage.Status;
import io.synapse.security.Identity;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What one connection on the cortex socket has joined. Used by the connection's inbound thread only, which the container
 * keeps to one at a time, except for {@link #end}, which may come while a message is handled.
 */
public final class CortexSession {

    /** The topic that belongs to the connection itself. */
    static final String OWN_TOPIC = "phoenix";

    private final Connection connection;
    private final Optional<Identity> identity;
    // Concurrent, because the end of the connection may come while one of its messages is handled.
    private final Map<String, Channel> channels = new ConcurrentHashMap<>();
    private final Map<String, Followed> crashed = new ConcurrentHashMap<>();
    private int malformed;
    private boolean ended;

    CortexSession(Connection connection, Optional<Identity> identity) {
        this.connection = connection;
        this.identity = identity;
    }

    Connection connection() {
        return connection;
    }

    /** Who the handshake said the client is. */
    Optional<Identity> identity() {
        return identity;
    }

    Channel channel(String topic) {
        return topic == null ? null : channels.get(topic);
    }

    synchronized void add(Channel channel) {
        channels.put(channel.topic(), channel);
        if (ended) {
            channel.release();
        }
    }

    synchronized void remove(Channel channel) {
        channels.remove(channel.topic(), channel);
    }

    int joined() {
        return channels.size();
    }

    /** The topic a frame without one means: the only one that is joined. */
    Optional<String> onlyTopic() {
        Iterator<String> topics = channels.keySet().iterator();
        Optional<String> first = topics.hasNext() ? Optional.of(topics.next()) : Optional.empty();
        return topics.hasNext() ? Optional.empty() : first;
    }

    /** How many topics and patterns all joins together subscribe to. */
    int subscriptions() {
        return channels.values().stream()
                .mapToInt(channel -> channel.subscriptions().count())
                .sum();
    }

    /** Remembers what was followed on a topic that failed, for the join that comes next. */
    void crashed(String topic, Followed followed) {
        crashed.put(topic, followed);
    }

    /** What was followed on a topic when it failed; forgets it. */
    Followed restore(String topic) {
        Followed followed = crashed.remove(topic);
        return followed == null ? Followed.NOTHING : followed;
    }

    /** Counts one more frame that could not be understood. */
    int countMalformed() {
        return ++malformed;
    }

    void reply(Address to, Body response) {
        connection.send(new ServerMessage.Reply(to, Status.OK, response));
    }

    void refuse(Address to, Body response) {
        connection.send(new ServerMessage.Reply(to, Status.ERROR, response));
    }

    void refuse(Address to, String reason) {
        refuse(to, Payloads.refusal(reason));
    }

    void pushError(Ref joinRef, String topic, Body payload) {
        connection.send(new ServerMessage.Push(joinRef, topic == null ? OWN_TOPIC : topic, "error", payload));
    }

    /** The connection has ended: lets everything go. */
    synchronized void end() {
        ended = true;
        channels.values().forEach(Channel::release);
        channels.clear();
        crashed.clear();
    }
}
