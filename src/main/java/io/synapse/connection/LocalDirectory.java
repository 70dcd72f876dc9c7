package io.synapse.connection;

import io.synapse.connection.ConnectionRegistry.Known;
import io.synapse.platform.Ticker;
import io.synapse.protocol.JsonValues;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.ServerMessage;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * The connections of this node. It keeps nothing: each look goes through the registry, which costs the connections nothing and
 * is asked for by operators now and then. Safe for use by many threads.
 */
public final class LocalDirectory implements ConnectionDirectory {

    /** Messages of the server's own have this topic, which is no agent's. */
    private static final String OWN_TOPIC = "phoenix";

    private final ConnectionRegistry registry;
    private final Ticker ticker;
    private final Clock clock;
    private final String node;

    /**
     * A directory.
     *
     * @param registry the connections
     * @param ticker elapsed time, the same as the connections'
     * @param clock the calendar's time
     * @param node the name of this node
     */
    public LocalDirectory(ConnectionRegistry registry, Ticker ticker, Clock clock, String node) {
        this.registry = registry;
        this.ticker = ticker;
        this.clock = clock;
        this.node = node;
    }

    /**
     * All that is known of one connection, for those who keep it elsewhere.
     *
     * @param connectionId its id
     * @return an entry for each tenant of which somebody has said something on it, or one for nobody; none if it is not here
     */
    public List<ConnectionEntry> entries(String connectionId) {
        return registry.known(connectionId).stream().flatMap(this::entries).toList();
    }

    private Stream<ConnectionEntry> entries(Known known) {
        if (known.clients().isEmpty()) {
            return Stream.of(entry(known, ConnectionClient.NOBODY));
        }
        return known.clients().stream().map(client -> entry(known, client));
    }

    private ConnectionEntry entry(Known known, ConnectionClient client) {
        Instant now = clock.instant();
        ConnectionInfo info = ConnectionInfo.of(known.connection(), ticker.read(), now);
        return new ConnectionEntry(
                info.id(),
                client.session(),
                client.user(),
                client.tenant(),
                Collections.unmodifiableSortedSet(new TreeSet<>(known.taker().channels(client.tenant()))),
                info.connectedAt(),
                info.lastActivity(),
                info.lastHeartbeat(),
                node);
    }

    @Override
    public CompletionStage<Optional<ConnectionEntry>> find(String connectionId, Optional<String> tenant) {
        return CompletableFuture.completedFuture(entries(connectionId).stream()
                .filter(Filter.of(tenant)::matches)
                .findFirst());
    }

    @Override
    public CompletionStage<Page> list(Filter filter, String after, int limit) {
        int most = Math.min(limit, MAX_PAGE);
        // One more than asked for, to know whether there is one.
        List<ConnectionEntry> found = registry.known().stream()
                .filter(known -> known.connection().id().compareTo(after) > 0)
                .sorted(Comparator.comparing(known -> known.connection().id()))
                .flatMap(known -> first(known, filter).stream())
                .limit(most + 1L)
                .toList();
        boolean more = found.size() > most;
        List<ConnectionEntry> page = more ? found.subList(0, most) : found;
        return CompletableFuture.completedFuture(
                new Page(page, more ? Optional.of(page.get(most - 1).connectionId()) : Optional.empty()));
    }

    private Optional<ConnectionEntry> first(Known known, Filter filter) {
        return entries(known).filter(filter::matches).findFirst();
    }

    @Override
    public CompletionStage<Counts> counts(Optional<String> tenant, int top) {
        long global = 0;
        Map<String, Long> users = new HashMap<>();
        Map<String, Long> channels = new HashMap<>();
        Filter filter = Filter.of(tenant);
        for (Known known : registry.known()) {
            List<ConnectionEntry> entries =
                    entries(known).filter(filter::matches).toList();
            global += entries.isEmpty() ? 0 : 1;
            for (ConnectionEntry entry : entries) {
                String prefix = tenant.isPresent() || entry.tenant().isEmpty() ? "" : entry.tenant() + "|";
                if (!entry.user().isEmpty()) {
                    users.merge(prefix + entry.user(), 1L, Long::sum);
                }
                entry.channels().forEach(channel -> channels.merge(prefix + channel, 1L, Long::sum));
            }
        }
        Map<String, Long> nodes = global == 0 ? Map.of() : Map.of(node, global);
        return CompletableFuture.completedFuture(
                new Counts(global, most(users, top), most(channels, top), most(nodes, top)));
    }

    /**
     * The names with the most.
     *
     * @param counts by name
     * @param top how many, at most {@link #MAX_TOP}
     * @return in falling order, those with as many by name
     */
    public static Map<String, Long> most(Map<String, Long> counts, int top) {
        Map<String, Long> most = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(Math.min(top, MAX_TOP))
                .forEach(entry -> most.put(entry.getKey(), entry.getValue()));
        return Collections.unmodifiableMap(most);
    }

    @Override
    public CompletionStage<Outcome> order(String connectionId, Optional<String> tenant, ConnectionOrder order) {
        Optional<Known> known = registry.known(connectionId);
        Optional<ConnectionEntry> entry = known.flatMap(found -> first(found, Filter.of(tenant)));
        if (entry.isEmpty()) {
            return CompletableFuture.completedFuture(Outcome.refused(Reasons.NOT_FOUND));
        }
        Connection connection = known.get().connection();
        try {
            if (order instanceof ConnectionOrder.Say say) {
                return CompletableFuture.completedFuture(say(connection, say));
            }
            if (order instanceof ConnectionOrder.Close close) {
                connection.close(close.reason());
                return CompletableFuture.completedFuture(Outcome.DONE);
            }
            return known.get().taker().obey(entry.get().tenant(), order);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    // Whoever says something can wait; a receiver that is sent more than it reads would be cut off.
    private static Outcome say(Connection connection, ConnectionOrder.Say say) {
        boolean taken = connection.sendIfRoom(
                new ServerMessage.Push(null, OWN_TOPIC, say.event(), JsonValues.fields(say.payload())));
        return taken ? Outcome.DONE : Outcome.refused(Reasons.SYSTEM_OVERLOADED);
    }
}
