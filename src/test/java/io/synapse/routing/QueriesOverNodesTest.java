package io.synapse.routing;

import static io.synapse.cluster.redis.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.cluster.Nodes;
import io.synapse.cluster.redis.RedisNodes;
import io.synapse.cluster.redis.RedisPost;
import io.synapse.cluster.redis.RedisQueries;
import io.synapse.cluster.redis.TestNode;
import io.synapse.platform.RandomIds;
import io.synapse.platform.Ticker;
import io.synapse.query.Sharing;
import io.synapse.testing.RedisServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients of two nodes say of the same queries, in which order it is done, and how they are answered. */
@Timeout(120)
class QueriesOverNodesTest {

    private static final Duration LEASE = Duration.ofSeconds(1);

    /** A node with all that is behind {@code /ws}. */
    private final class Gateway {
        private final TestNode node;
        private final RedisNodes nodes;
        private final GatewayFixture fixture;

        private Gateway(String name) {
            node = TestNode.at(name, redis.uri(), prefix);
            nodes = new RedisNodes(node.link, name, LEASE, Ticker.system(), node.timers);
            RedisPost post = new RedisPost(node.link, name, new RandomIds(), node.timers, node.counters);
            RedisQueries queries =
                    new RedisQueries(node.link, name, Duration.ofMinutes(1), Duration.ofMinutes(5), node.counters);
            fixture = new GatewayFixture(new Sharing(queries, nodes, post, LEASE, Duration.ofSeconds(2)));
            post.start();
            nodes.start();
            until(nodes::holdsLease);
        }

        private void close() {
            nodes.close();
            node.close();
            fixture.close();
        }
    }

    private final RedisServer redis = RedisServer.run();
    private final String prefix = TestNode.prefix();
    private Gateway a;
    private Gateway b;

    @BeforeEach
    void start() {
        a = new Gateway("a");
        b = new Gateway("b");
        until(() -> live(a.nodes) == 2 && live(b.nodes) == 2);
    }

    private static int live(Nodes nodes) {
        return nodes.live().size();
    }

    @AfterEach
    void stop() {
        a.close();
        b.close();
        redis.close();
    }

    /** Everything up to the result, or up to a refusal. */
    private static List<String> untilResult(GatewayFixture.Client client) {
        List<String> all = new ArrayList<>();
        do {
            all.add(client.next());
        } while (!all.get(all.size() - 1).startsWith("{\"type\":\"result\"")
                && !all.get(all.size() - 1).startsWith("{\"type\":\"error\""));
        return all;
    }

    private static GatewayFixture.Client blocking(Gateway gateway, String ref) {
        GatewayFixture.Client client = gateway.fixture.user();
        client.send("{\"type\":\"query\",\"id\":1,\"q\":\"block\",\"ref\":\"" + ref + "\"}");
        assertThat(client.next()).contains("\"status\":\"processing\"");
        assertThat(client.next()).contains("\"thought\"");
        return client;
    }

    @Test
    @DisplayName(
            "B1, B2: a resume and an interrupt right after it are done in this order, on a node that knew nothing of it")
    void order() {
        for (int round = 0; round < 10; round++) {
            String ref = "q" + round;
            GatewayFixture.Client asker = blocking(a, ref);
            GatewayFixture.Client other = b.fixture.user();
            until(() -> known(ref));
            other.send("{\"type\":\"resume\",\"id\":2,\"ref\":\"" + ref + "\"}");
            other.send("{\"type\":\"resume\",\"id\":3,\"ref\":\"" + ref + "\",\"after_seq\":0}");
            other.send("{\"type\":\"interrupt\",\"id\":4,\"ref\":\"" + ref + "\",\"reason\":\"enough\"}");
            List<String> all = untilResult(other);
            List<String> replies =
                    all.stream().filter(text -> text.contains("\"id\":")).toList();
            assertThat(replies).hasSize(3);
            assertThat(replies.get(0))
                    .startsWith("{\"type\":\"response\",\"id\":2")
                    .contains("\"attached\":true");
            assertThat(replies.get(1)).startsWith("{\"type\":\"response\",\"id\":3");
            assertThat(replies.get(2))
                    .startsWith("{\"type\":\"response\",\"id\":4")
                    .contains("\"stopped\":true")
                    .contains("\"last_seq\":1");
            int acknowledged = all.indexOf(replies.get(2));
            assertThat(all.get(acknowledged - 1)).contains("\"thought\"");
            assertThat(all.get(acknowledged + 1)).startsWith("{\"type\":\"interrupted\"");
            assertThat(all).hasSize(acknowledged + 3);
            assertThat(untilResult(asker)).last().isEqualTo(all.get(all.size() - 1));
        }
    }

    private boolean known(String ref) {
        GatewayFixture.Client probe = b.fixture.user();
        probe.send("{\"type\":\"resume\",\"id\":9,\"ref\":\"" + ref + "\"}");
        boolean known = !probe.next().contains("not_found");
        probe.close();
        return known;
    }

    @Test
    @DisplayName(
            "B1, B7: what nobody knows is not found; a connection that ends while its query is looked up leaves nothing")
    void edges() {
        GatewayFixture.Client other = b.fixture.user();
        other.send("{\"type\":\"resume\",\"id\":1,\"ref\":\"none\"}");
        assertThat(other.next()).contains("not_found").contains("\"id\":1");
        other.send("{\"type\":\"interrupt\",\"id\":2,\"ref\":\"none\"}");
        assertThat(other.next()).contains("not_found").contains("\"id\":2");
        blocking(a, "q");
        until(() -> known("q"));
        for (int i = 0; i < 20; i++) {
            GatewayFixture.Client hasty = b.fixture.user();
            hasty.send("{\"type\":\"resume\",\"id\":1,\"ref\":\"q\"}");
            hasty.close();
        }
        // Asked again on the other node, with another question, and with the same.
        other.send("{\"type\":\"query\",\"id\":3,\"q\":\"why\",\"ref\":\"q\"}");
        assertThat(other.next()).contains("ref_in_use");
        other.send("{\"type\":\"query\",\"id\":4,\"q\":\"block\",\"ref\":\"q\"}");
        assertThat(other.next()).contains("\"attached\":true");
        assertThat(other.next()).contains("\"seq\":1");
        other.send("{\"type\":\"replay\",\"id\":5,\"ref\":\"q\"}");
        assertThat(other.next()).contains("still_running");
        other.send("{\"type\":\"interrupt\",\"id\":6,\"ref\":\"q\"}");
        untilResult(other);
        other.send("{\"type\":\"replay\",\"id\":7,\"ref\":\"q\",\"speed\":0}");
        assertThat(other.next()).contains("\"replaying\"");
        assertThat(untilResult(other)).last().asString().contains("\"replay\"").contains("interrupted");
        // A late viewer on the other node.
        other.send("{\"type\":\"resume\",\"id\":8,\"ref\":\"q\",\"snapshot\":true}");
        assertThat(other.next()).contains("\"id\":8");
        assertThat(other.next()).contains("\"type\":\"snapshot\"").contains("\"seq\":1");
    }

    @Test
    @DisplayName("M14, B1: a session that is taken up on another node has its queries there")
    void session() {
        blocking(a, "q");
        until(() -> known("q"));
        GatewayFixture.Client other = b.fixture.user();
        other.send("{\"type\":\"session\",\"id\":1,\"session\":\"0123456789abcdef\",\"queries\":{\"q\":0,\"gone\":3}}");
        String answer = other.next();
        assertThat(answer)
                .contains("{\"ref\":\"q\",\"agent\":\"guide\",\"after_seq\":0,\"recovered\":true}")
                .contains("\"ref\":\"gone\"")
                .contains("not_found");
        assertThat(other.next()).contains("\"seq\":1");
    }

    @Test
    @DisplayName("B2: a node that does not answer is said to be unreachable")
    void unreachable() {
        blocking(a, "q");
        until(() -> known("q"));
        GatewayFixture.Client other = b.fixture.user();
        other.send("{\"type\":\"resume\",\"id\":1,\"ref\":\"q\"}");
        assertThat(other.next()).contains("\"attached\":true");
        assertThat(other.next()).contains("\"seq\":1");
        redis.kill();
        until(() -> !b.node.link.isUp());
        other.send("{\"type\":\"interrupt\",\"id\":2,\"ref\":\"q\"}");
        assertThat(other.next())
                .contains("node_unreachable")
                .contains("retry_after_ms")
                .contains("\"id\":2");
        other.send("{\"type\":\"resume\",\"id\":3,\"ref\":\"x\"}");
        assertThat(other.next()).contains("node_unreachable").contains("\"id\":3");
    }
}
