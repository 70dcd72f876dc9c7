package io.synapse.connection;

import static io.synapse.connection.Frames.roomy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synapse.connection.ConnectionDirectory.Counts;
import io.synapse.connection.ConnectionDirectory.Filter;
import io.synapse.connection.ConnectionDirectory.Outcome;
import io.synapse.connection.ConnectionDirectory.Page;
import io.synapse.platform.Counters;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Reasons;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.MovingClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every implementation of {@link ConnectionDirectory} does. What is done on a node may be seen a moment later. */
@Timeout(60)
public abstract class ConnectionDirectoryContract {

    protected static final String NODE = "node-1";
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Optional<String> ALL = Optional.empty();
    private static final Optional<String> NO_TENANT = Optional.of("");

    private final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);
    protected final ManualTimers timers = new ManualTimers();
    protected final MovingClock clock = new MovingClock(NOW);
    protected final ConnectionRegistry registry = new ConnectionRegistry();

    /**
     * A directory in which there is nothing but the connections of this node, now and from now on. Called once by a test.
     *
     * @param local the connections of this node
     * @param node its name
     */
    protected abstract ConnectionDirectory open(ConnectionRegistry local, String node);

    /** A connection with a client that has said who it is. */
    private final class Client implements OrderTaker {
        private final FakeTransport transport = new FakeTransport(Behaviour.INLINE);
        private final Connection connection;
        private final List<String> channels = new CopyOnWriteArrayList<>();
        private final String tenant;

        Client(String id, String tenant, String user, String... channels) {
            this.tenant = tenant;
            connection = new Connection(
                    id,
                    "127.0.0.1",
                    0,
                    transport,
                    codecs.open(PhoenixCodec.Version.V2),
                    new Connection.Environment(roomy(), timers.ticker(), timers, new Counters()));
            this.channels.addAll(List.of(channels));
            registry.track(connection, this);
            connection.onClose(() -> registry.untrack(connection));
            if (!user.isEmpty()) {
                registry.identified(connection, new ConnectionClient(user, tenant, "login-" + id));
            }
        }

        @Override
        public Collection<String> channels(String of) {
            return of.equals(tenant) ? channels : List.of();
        }

        @Override
        public CompletionStage<Outcome> obey(String of, ConnectionOrder order) {
            if (!of.equals(tenant) || !(order instanceof ConnectionOrder.Subscribe subscribe)) {
                return CompletableFuture.completedFuture(Outcome.refused(Reasons.FORBIDDEN));
            }
            channels.add(subscribe.topic());
            registry.changed(connection);
            return CompletableFuture.completedFuture(Outcome.DONE);
        }
    }

    private static void eventually(ThrowingRunnable assertion) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(assertion);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Optional<ConnectionEntry> find(ConnectionDirectory directory, String id, Optional<String> tenant)
            throws Exception {
        return get(directory.find(id, tenant));
    }

    private static List<String> ids(ConnectionDirectory directory, Filter filter) throws Exception {
        return get(directory.list(filter, "", 100)).entries().stream()
                .map(ConnectionEntry::connectionId)
                .toList();
    }

    @Test
    @DisplayName("G5: an entry says who has the connection, since when, where, and what it subscribes to")
    void findsByConnection() throws Exception {
        ConnectionDirectory directory = open(registry, NODE);
        Client ann = new Client("c1", "acme", "ann", "news:b", "news:a");
        clock.advance(Duration.ofSeconds(5));
        timers.ticker().advance(Duration.ofSeconds(5));
        ann.connection.activity().spoke();
        ann.connection.activity().answered();
        registry.changed(ann.connection);

        eventually(() -> {
            ConnectionEntry entry = find(directory, "c1", ALL).orElseThrow();
            assertThat(entry.channels()).containsExactly("news:a", "news:b");
            assertThat(entry.user()).isEqualTo("ann");
            assertThat(entry.tenant()).isEqualTo("acme");
            assertThat(entry.session()).isEqualTo("login-c1");
            assertThat(entry.node()).isEqualTo(NODE);
            assertThat(entry.connectedAt()).isEqualTo(NOW);
            assertThat(entry.lastActivity()).isEqualTo(NOW.plusSeconds(5));
            assertThat(entry.lastHeartbeat()).contains(NOW.plusSeconds(5));
        });
        assertThat(find(directory, "c2", ALL)).isEmpty();
    }

    @Test
    @DisplayName("G5: connections that were there before the directory are in it")
    void knowsWhatWasThere() {
        new Client("c1", "acme", "ann");
        ConnectionDirectory directory = open(registry, NODE);

        eventually(() -> assertThat(find(directory, "c1", ALL)).isPresent());
    }

    @Test
    @DisplayName("G5: a connection that has ended is not there any more, by no way of asking")
    void forgets() {
        ConnectionDirectory directory = open(registry, NODE);
        Client ann = new Client("c1", "acme", "ann", "news:a");
        eventually(() -> assertThat(find(directory, "c1", ALL)).isPresent());
        ann.connection.closed();

        eventually(() -> {
            assertThat(find(directory, "c1", ALL)).isEmpty();
            assertThat(ids(directory, Filter.of(ALL))).isEmpty();
            assertThat(get(directory.counts(ALL, 10))).isEqualTo(new Counts(0, Map.of(), Map.of(), Map.of()));
        });
    }

    @Test
    @DisplayName("G5: connections are found by user, channel and node, and by several of these at once")
    void filters() {
        ConnectionDirectory directory = open(registry, NODE);
        new Client("c1", "", "ann", "news:a");
        new Client("c2", "", "ann", "news:b");
        new Client("c3", "", "bob", "news:a", "news:*");

        eventually(() -> {
            assertThat(ids(directory, Filter.of(ALL))).containsExactly("c1", "c2", "c3");
            assertThat(ids(directory, filter("ann", null, null))).containsExactly("c1", "c2");
            assertThat(ids(directory, filter(null, "news:a", null))).containsExactly("c1", "c3");
            assertThat(ids(directory, filter("ann", "news:a", NODE))).containsExactly("c1");
            assertThat(ids(directory, filter(null, "news:*", null))).containsExactly("c3");
            assertThat(ids(directory, filter(null, null, NODE))).hasSize(3);
            assertThat(ids(directory, filter(null, null, "another"))).isEmpty();
            assertThat(ids(directory, filter("nobody", null, null))).isEmpty();
        });
    }

    private static Filter filter(String user, String channel, String node) {
        return new Filter(
                NO_TENANT, Optional.ofNullable(user), Optional.ofNullable(channel), Optional.ofNullable(node));
    }

    @Test
    @DisplayName("G5: a channel that is subscribed to later is found, and one that is left is not")
    void follows() {
        ConnectionDirectory directory = open(registry, NODE);
        Client ann = new Client("c1", "", "ann", "news:a");
        eventually(
                () -> assertThat(ids(directory, filter(null, "news:a", null))).containsExactly("c1"));
        ann.channels.set(0, "news:b");
        registry.changed(ann.connection);

        eventually(() -> {
            assertThat(ids(directory, filter(null, "news:a", null))).isEmpty();
            assertThat(ids(directory, filter(null, "news:b", null))).containsExactly("c1");
        });
    }

    @Test
    @DisplayName("G5: pages have every connection once, in the order of ids")
    void pages() {
        ConnectionDirectory directory = open(registry, NODE);
        for (int i = 0; i < 25; i++) {
            new Client(String.format("c%02d", i), "", i % 2 == 0 ? "ann" : "bob");
        }
        eventually(() -> {
            assertThat(walk(directory, Filter.of(NO_TENANT), 4)).hasSize(25).isSorted();
            assertThat(walk(directory, filter("bob", null, null), 4))
                    .hasSize(12)
                    .isSorted();
            assertThat(walk(directory, Filter.of(NO_TENANT), 25)).hasSize(25);
        });
    }

    private static List<String> walk(ConnectionDirectory directory, Filter filter, int limit) throws Exception {
        List<String> ids = new ArrayList<>();
        Optional<String> after = Optional.of("");
        for (int pages = 0; after.isPresent(); pages++) {
            assertThat(pages).isLessThan(100);
            Page page = get(directory.list(filter, after.get(), limit));
            assertThat(page.entries()).hasSizeLessThanOrEqualTo(limit);
            page.entries().forEach(entry -> ids.add(entry.connectionId()));
            after = page.next();
        }
        return ids;
    }

    @Test
    @DisplayName("G5: counts are of all, by user, by channel and by node")
    void counts() {
        ConnectionDirectory directory = open(registry, NODE);
        new Client("c1", "", "ann", "news:a");
        new Client("c2", "", "ann", "news:a", "news:b");
        new Client("c3", "", "bob", "news:a");
        new Client("c4", "", "");

        eventually(() -> {
            Counts counts = get(directory.counts(NO_TENANT, 10));
            assertThat(counts.global()).isEqualTo(4);
            assertThat(counts.perUser()).containsExactly(Map.entry("ann", 2L), Map.entry("bob", 1L));
            assertThat(counts.byChannel()).containsExactly(Map.entry("news:a", 3L), Map.entry("news:b", 1L));
            assertThat(counts.byGateway()).containsExactly(Map.entry(NODE, 4L));
            assertThat(get(directory.counts(NO_TENANT, 1)).perUser()).containsExactly(Map.entry("ann", 2L));
        });
    }

    @Test
    @DisplayName("G5 K8: a tenant finds, counts and reaches its own connections only")
    void keepsTenantsApart() throws Exception {
        ConnectionDirectory directory = open(registry, NODE);
        Client ann = new Client("c1", "acme", "ann", "news:a");
        new Client("c2", "other", "ann", "news:a");
        Client none = new Client("c3", "", "ann", "news:a");
        Optional<String> acme = Optional.of("acme");
        eventually(() -> assertThat(ids(directory, Filter.of(ALL))).containsExactly("c1", "c2", "c3"));

        assertThat(ids(directory, Filter.of(acme))).containsExactly("c1");
        assertThat(ids(directory, Filter.of(NO_TENANT))).containsExactly("c3");
        assertThat(find(directory, "c1", acme)).isPresent();
        assertThat(find(directory, "c2", acme)).isEmpty();
        assertThat(find(directory, "c3", acme)).isEmpty();
        assertThat(find(directory, "c1", NO_TENANT)).isEmpty();
        Counts counts = get(directory.counts(acme, 10));
        assertThat(counts.global()).isEqualTo(1);
        assertThat(counts.perUser()).containsExactly(Map.entry("ann", 1L));
        assertThat(get(directory.counts(ALL, 10)).perUser())
                .containsOnly(Map.entry("acme|ann", 1L), Map.entry("other|ann", 1L), Map.entry("ann", 1L));
        assertThat(get(directory.counts(ALL, 10)).byChannel())
                .containsOnly(Map.entry("acme|news:a", 1L), Map.entry("other|news:a", 1L), Map.entry("news:a", 1L));
        ConnectionOrder order = new ConnectionOrder.Close(CloseReason.DISCONNECTED);
        assertThat(get(directory.order("c3", acme, order))).isEqualTo(Outcome.refused(Reasons.NOT_FOUND));
        assertThat(none.transport.closes()).isEmpty();
        assertThat(get(directory.order("c1", acme, order))).isEqualTo(Outcome.DONE);
        assertThat(ann.transport.closes()).containsExactly(CloseReason.DISCONNECTED);
    }

    @Test
    @DisplayName("G5: a client of two tenants is found by each, with what is that tenant's, and counted once among all")
    void showsEachTenantItsOwn() {
        ConnectionDirectory directory = open(registry, NODE);
        Client ann = new Client("c1", "acme", "ann", "news:a");
        registry.identified(ann.connection, new ConnectionClient("eve", "other", ""));

        eventually(() -> {
            assertThat(find(directory, "c1", Optional.of("acme")).orElseThrow().channels())
                    .containsExactly("news:a");
            ConnectionEntry entry = find(directory, "c1", Optional.of("other")).orElseThrow();
            assertThat(entry.user()).isEqualTo("eve");
            assertThat(entry.session()).isEmpty();
            assertThat(entry.channels()).isEmpty();
            assertThat(ids(directory, Filter.of(ALL))).containsExactly("c1");
            assertThat(get(directory.counts(ALL, 10)).global()).isEqualTo(1);
        });
    }

    @Test
    @DisplayName("G6: something is said to one connection, as it was given")
    void says() throws Exception {
        ConnectionDirectory directory = open(registry, NODE);
        Client ann = new Client("c1", "", "ann");
        Client bob = new Client("c2", "", "bob");
        eventually(() -> assertThat(find(directory, "c1", ALL)).isPresent());
        RawJson payload = RawJson.of(Payloads.of("n", 1.50, "text", "\u00e4\"\n"));

        assertThat(get(directory.order("c1", NO_TENANT, new ConnectionOrder.Say("message", payload))))
                .isEqualTo(Outcome.DONE);
        eventually(() -> assertThat(ann.transport.texts())
                .singleElement()
                .asString()
                .contains("\"message\"")
                .contains(payload.text()));
        assertThat(bob.transport.texts()).isEmpty();
    }

    @Test
    @DisplayName(
            "B4 G6: a client that reads too slowly is not told more than it takes, and whoever says it learns that")
    void refusesWhatDoesNotFit() throws Exception {
        ConnectionDirectory directory = open(registry, NODE);
        Client ann = new Client("c1", "", "ann");
        ann.transport.behave(Behaviour.NEVER);
        eventually(() -> assertThat(find(directory, "c1", ALL)).isPresent());
        RawJson large = RawJson.of(Payloads.of("text", "x".repeat(1 << 20)));
        ConnectionOrder order = new ConnectionOrder.Say("message", large);

        Outcome outcome = Outcome.DONE;
        for (int i = 0; i < 10 && outcome.done(); i++) {
            outcome = get(directory.order("c1", ALL, order));
        }
        assertThat(outcome).isEqualTo(Outcome.refused(Reasons.SYSTEM_OVERLOADED));
        assertThat(ann.connection.isOpen()).isTrue();
    }

    @Test
    @DisplayName("G6: a connection is subscribed by order, as far as it may, and found by that")
    void subscribes() throws Exception {
        ConnectionDirectory directory = open(registry, NODE);
        new Client("c1", "", "ann");
        eventually(() -> assertThat(find(directory, "c1", ALL)).isPresent());

        assertThat(get(directory.order("c1", ALL, new ConnectionOrder.Subscribe("news:a"))))
                .isEqualTo(Outcome.DONE);
        eventually(
                () -> assertThat(ids(directory, filter(null, "news:a", null))).containsExactly("c1"));
        assertThat(get(directory.order("c1", ALL, new ConnectionOrder.Unsubscribe("news:a"))))
                .isEqualTo(Outcome.refused(Reasons.FORBIDDEN));
        assertThat(get(directory.order("c9", ALL, new ConnectionOrder.Subscribe("news:a"))))
                .isEqualTo(Outcome.refused(Reasons.NOT_FOUND));
    }
}
