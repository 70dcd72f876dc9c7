package io.synapse.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.config.ConsulConfig;
import io.synapse.testing.Configs;
import io.synapse.testing.ManualTimers;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConsulRegistrationTest {

    private static final String TOKEN = "a-secret-of-consul";
    private static final String ID = "synapse-node 1";

    private final ManualTimers timers = new ManualTimers();
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private ConsulStandIn agent;

    @BeforeEach
    void open() throws Exception {
        agent = new ConsulStandIn(0, TOKEN);
    }

    @AfterEach
    void close() {
        agent.close();
        threads.shutdownNow();
    }

    private ConsulRegistration registration(URI uri) {
        ConsulConfig config = Configs.with(Map.of(
                        "synapse.consul.url",
                        uri.toString(),
                        "synapse.consul.token",
                        TOKEN,
                        "synapse.consul.address",
                        "10.0.0.5",
                        "synapse.consul.tags",
                        "blue,eu",
                        "synapse.consul.check-url",
                        "http://10.0.0.5:8080/health/ready",
                        "synapse.consul.timeout",
                        "PT2S"))
                .control()
                .consul()
                .orElseThrow();
        assertThat(config.toString()).doesNotContain(TOKEN);
        return new ConsulRegistration(config, "node 1", "1.0", timers, threads);
    }

    private void untilAsked(int requests) {
        await().until(() -> agent.requests().size() >= requests && timers.pending() > 0);
    }

    @Test
    @DisplayName("G7: a node registers with a health check by the documented call, and deregisters at its stop")
    void registersAndDeregisters() {
        ConsulRegistration node = registration(agent.uri());
        node.start();
        await().until(node::isRegistered);

        JsonNode service = agent.services().get(ID);
        assertThat(service.path("Name").asText()).isEqualTo("synapse");
        assertThat(service.path("Address").asText()).isEqualTo("10.0.0.5");
        assertThat(service.path("Port").asInt()).isEqualTo(8080);
        assertThat(service.path("Tags").toString()).isEqualTo("[\"blue\",\"eu\"]");
        assertThat(service.at("/Check/HTTP").asText()).isEqualTo("http://10.0.0.5:8080/health/ready");
        assertThat(service.at("/Check/Interval").asText()).isEqualTo("10000ms");
        assertThat(service.at("/Check/DeregisterCriticalServiceAfter").asText()).isEqualTo("60000ms");
        node.stop();
        node.stop();
        assertThat(agent.services()).isEmpty();
        assertThat(agent.requests())
                .containsExactly(
                        "PUT /v1/agent/service/register?replace-existing-checks=true",
                        "PUT /v1/agent/service/deregister/synapse-node%201");
        assertThat(node.isRegistered()).isFalse();
    }

    @Test
    @DisplayName("G7: while the agent is down it is tried again, less and less often, until it is there")
    void triesAgain() throws Exception {
        int port = agent.port();
        agent.close();
        ConsulRegistration node = registration(URI.create("http://127.0.0.1:" + port));
        node.start();
        for (int wait : new int[] {1, 2, 4}) {
            await().until(() -> timers.pending() == 1);
            timers.advance(Duration.ofSeconds(wait).minusMillis(1));
            assertThat(timers.pending()).isEqualTo(1);
            timers.advance(Duration.ofMillis(1));
        }
        await().until(() -> timers.pending() == 1);
        agent = new ConsulStandIn(port, TOKEN);
        timers.advance(Duration.ofSeconds(8));
        await().until(node::isRegistered);
        assertThat(agent.services()).containsKey(ID);
        node.stop();
    }

    @Test
    @DisplayName("G7: a refusal of the agent is tried again; the longest wait is bounded")
    void boundsTheWait() {
        agent.fail(500);
        ConsulRegistration node = registration(agent.uri());
        node.start();
        for (int i = 1; i <= 10; i++) {
            untilAsked(i);
            timers.advance(Duration.ofMinutes(1));
        }
        agent.fail(0);
        untilAsked(11);
        timers.advance(Duration.ofMinutes(1));
        await().until(node::isRegistered);
        node.stop();
    }

    @Test
    @DisplayName(
            "G7: a node that the agent has forgotten registers again; one that is away for a moment is not forgotten")
    void registersAgain() {
        ConsulRegistration node = registration(agent.uri());
        node.start();
        await().until(node::isRegistered);
        agent.fail(500);
        timers.advance(Duration.ofSeconds(30));
        untilAsked(2);
        assertThat(node.isRegistered()).isTrue();
        agent.fail(0);
        agent.forget();
        timers.advance(Duration.ofSeconds(30));
        untilAsked(3);
        timers.advance(Duration.ZERO);
        await().until(() -> agent.services().containsKey(ID));
        assertThat(agent.requests().get(2)).isEqualTo("GET /v1/agent/service/synapse-node%201");
        node.stop();
    }

    @Test
    @DisplayName("G7: a stop while the agent is away does not take long, and nothing is tried after it")
    void stopsWithoutTheAgent() {
        int port = agent.port();
        agent.close();
        ConsulRegistration node = registration(URI.create("http://127.0.0.1:" + port));
        node.start();
        await().until(() -> timers.pending() == 1);
        node.stop();
        assertThat(timers.pending()).isZero();
        node.start();
        assertThat(timers.pending()).isZero();
    }
}
