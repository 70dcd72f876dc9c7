package io.synapse.connection;

import io.synapse.platform.Ticker;
import io.synapse.protocol.CodecException;
import io.synapse.protocol.ServerMessage;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The open connections of this node, by id and by the agents they have joined. Safe for use by many threads. It holds
 * nothing of a connection that was untracked; how many there can be is the admission's bound.
 */
public final class ConnectionRegistry {

    private static final System.Logger LOGGER = System.getLogger(ConnectionRegistry.class.getName());

    private final Map<String, Entry> byId = new ConcurrentHashMap<>();
    private final Map<String, Set<Connection>> byAgent = new ConcurrentHashMap<>();
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

    /** What is known of one connection. Guarded by itself; {@code agents} is null once it is untracked. */
    private static final class Entry {
        private final Connection connection;
        private final OrderTaker taker;
        private Set<String> agents = new HashSet<>();
        /** By tenant, the first of each. */
        private final Map<String, ConnectionClient> clients = new LinkedHashMap<>();

        private Entry(Connection connection, OrderTaker taker) {
            this.connection = connection;
            this.taker = taker;
        }

        private synchronized Known known() {
            return new Known(connection, List.copyOf(clients.values()), taker);
        }
    }

    /**
     * What is known of a connection at one moment.
     *
     * @param connection it
     * @param clients who has said something on it, one for each tenant
     * @param taker what is joined there
     */
    record Known(Connection connection, List<ConnectionClient> clients, OrderTaker taker) {}

    /** Learns what changes, to keep it elsewhere. Quick; called on any thread, and with no lock of the registry held. */
    public interface Watcher {

        /**
         * A connection is there, or something is known of it that was not before.
         *
         * @param connectionId of it; it may have gone meanwhile
         */
        void changed(String connectionId);

        /**
         * A connection has gone.
         *
         * @param connectionId of it, which never comes again
         */
        void gone(String connectionId);
    }

    /**
     * Tells somebody of changes from now on.
     *
     * @param watcher to be told
     */
    public void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    /**
     * Adds a connection. Does nothing if it is there. To miss no end, first track, then {@link Connection#onClose} with
     * {@link #untrack}.
     *
     * @param connection open
     */
    public void track(Connection connection) {
        track(connection, OrderTaker.NONE);
    }

    /**
     * The same of one on which topics are joined.
     *
     * @param connection open
     * @param taker knows what is joined
     */
    public void track(Connection connection, OrderTaker taker) {
        if (byId.putIfAbsent(connection.id(), new Entry(connection, taker)) == null) {
            changed(connection);
        }
    }

    /**
     * Notes that what is joined on a connection, or subscribed to, has changed.
     *
     * @param connection any
     */
    public void changed(Connection connection) {
        watchers.forEach(watcher -> watcher.changed(connection.id()));
    }

    /**
     * Removes a connection and everything known of it. Does nothing if it is not there.
     *
     * @param connection any
     */
    public void untrack(Connection connection) {
        Entry entry = find(connection);
        if (entry == null || !byId.remove(connection.id(), entry)) {
            return;
        }
        synchronized (entry) {
            entry.agents.forEach(agent -> removeMember(agent, connection));
            entry.agents = null;
        }
        watchers.forEach(watcher -> watcher.gone(connection.id()));
    }

    /**
     * Notes that a connection has joined an agent. Does nothing if the connection is not tracked.
     *
     * @param connection any
     * @param agent the agent
     */
    public void joined(Connection connection, String agent) {
        Entry entry = find(connection);
        if (entry == null) {
            return;
        }
        synchronized (entry) {
            // Untracked meanwhile: adding it now would leave it in the index for ever.
            if (entry.agents != null && entry.agents.add(agent)) {
                byAgent.compute(agent, (key, members) -> {
                    Set<Connection> set = members == null ? ConcurrentHashMap.newKeySet() : members;
                    set.add(connection);
                    return set;
                });
            }
        }
        changed(connection);
    }

    /**
     * Notes that the client of a connection has said who it is. Does nothing if the connection is not tracked.
     *
     * @param connection any
     * @param client who; of one tenant, the first counts
     */
    public void identified(Connection connection, ConnectionClient client) {
        Entry entry = find(connection);
        if (entry != null) {
            boolean news;
            synchronized (entry) {
                news = entry.clients.putIfAbsent(client.tenant(), client) == null;
            }
            if (news) {
                changed(connection);
            }
        }
    }

    /**
     * Notes that a connection has left an agent.
     *
     * @param connection any
     * @param agent the agent
     */
    public void left(Connection connection, String agent) {
        Entry entry = find(connection);
        if (entry == null) {
            return;
        }
        synchronized (entry) {
            if (entry.agents != null && entry.agents.remove(agent)) {
                removeMember(agent, connection);
            }
        }
        changed(connection);
    }

    /** The entry of this very connection, or null. */
    private Entry find(Connection connection) {
        Entry entry = byId.get(connection.id());
        return entry != null && entry.connection == connection ? entry : null;
    }

    private void removeMember(String agent, Connection connection) {
        byAgent.computeIfPresent(agent, (key, members) -> {
            members.remove(connection);
            return members.isEmpty() ? null : members;
        });
    }

    /**
     * Finds a connection.
     *
     * @param id its id
     * @return the connection, if it is open on this node
     */
    public Optional<Connection> get(String id) {
        return Optional.ofNullable(byId.get(id)).map(entry -> entry.connection);
    }

    /**
     * Finds a connection of a tenant.
     *
     * @param id its id
     * @param tenant whose
     * @return the connection, if it is open on this node and its client has shown a credential of this tenant
     */
    public Optional<Connection> get(String id, String tenant) {
        Entry entry = byId.get(id);
        if (entry == null) {
            return Optional.empty();
        }
        synchronized (entry) {
            return entry.clients.containsKey(tenant) ? Optional.of(entry.connection) : Optional.empty();
        }
    }

    /** What is known of a connection, if it is open on this node. */
    Optional<Known> known(String id) {
        return Optional.ofNullable(byId.get(id)).map(Entry::known);
    }

    /** What is known of all connections; a copy of this moment. */
    List<Known> known() {
        return byId.values().stream().map(Entry::known).toList();
    }

    /**
     * The open connections.
     *
     * @return a copy of this moment
     */
    public List<Connection> listActive() {
        return byId.values().stream().map(entry -> entry.connection).toList();
    }

    /**
     * What is known of the open connections, for operators: a page of them, by id.
     *
     * @param ticker elapsed time, the same as the connections'
     * @param now the calendar's time
     * @param after the id that the page comes after; empty for the first page
     * @param limit how many, at most
     * @return a copy of this moment, in order
     */
    public List<ConnectionInfo> describe(Ticker ticker, Instant now, String after, int limit) {
        long ticks = ticker.read();
        return byId.values().stream()
                .filter(entry -> entry.connection.id().compareTo(after) > 0)
                .sorted(Comparator.comparing(entry -> entry.connection.id()))
                .limit(limit)
                .map(entry -> ConnectionInfo.of(entry.connection, ticks, now))
                .toList();
    }

    /**
     * The connections that have joined an agent.
     *
     * @param agent the agent
     * @return a copy of this moment
     */
    public Collection<Connection> ofAgent(String agent) {
        return List.copyOf(byAgent.getOrDefault(agent, Set.of()));
    }

    /**
     * How many connections are open.
     *
     * @return 0 or more
     */
    public int count() {
        return byId.size();
    }

    /**
     * How many agents have connections.
     *
     * @return 0 or more
     */
    public int agents() {
        return byAgent.size();
    }

    /**
     * Sends a message to every connection of an agent.
     *
     * @param agent the agent
     * @param message what to say; a broadcast has no join ref
     * @return how many connections it was given to
     */
    public int sendToAgent(String agent, ServerMessage message) {
        return send(ofAgent(agent), message);
    }

    /**
     * Sends a message to every connection.
     *
     * @param message what to say
     * @return how many connections it was given to
     */
    public int broadcastToAll(ServerMessage message) {
        return send(listActive(), message);
    }

    // One client's codec that has no word for the message must not keep it from the others.
    private static int send(Collection<Connection> receivers, ServerMessage message) {
        int given = 0;
        for (Connection connection : receivers) {
            try {
                connection.sendData(message);
                given++;
            } catch (CodecException e) {
                LOGGER.log(Level.WARNING, "{0} cannot be sent to {1}: {2}", message.kind(), connection, e.getMessage());
            }
        }
        return given;
    }
}
