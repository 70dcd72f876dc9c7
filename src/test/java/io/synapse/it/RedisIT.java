package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.testing.Keys;
import io.synapse.testing.RedisServer;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployer;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.OperateOnDeployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** A node with Redis on every server: its client works from the WAR, and goes with it. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RedisIT {

    private static final String NAME = "with-redis";
    private static RedisServer redis;

    @ArquillianResource
    private Deployer deployer;

    @Deployment(name = NAME, managed = false, testable = false)
    static WebArchive war() throws Exception {
        redis = RedisServer.run();
        return WarFile.with(Map.of(
                "synapse.mode",
                "production",
                "synapse.auth.api-keys",
                "feed:" + Keys.sha256("feed-key") + ":*:synapse-publisher|synapse-user",
                "synapse.cluster",
                "redis",
                "synapse.redis.uris",
                redis.uri()));
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    private static JsonNode ask(Wire wire, String event, String payload) throws InterruptedException {
        wire.send("{\"event\":\"%s\",\"payload\":%s,\"ref\":\"%s\"}".formatted(event, payload, event));
        return wire.next(frame -> frame.path("ref").asText().equals(event)).path("payload");
    }

    // The URL is known only to a test that begins when there is a deployment.
    @Test
    @Order(1)
    @DisplayName("G8: the WAR is deployed with Redis")
    void deploys() {
        deployer.deploy(NAME);
    }

    @Test
    @Order(2)
    @OperateOnDeployment(NAME)
    @DisplayName("G8: it publishes in Redis and follows, by the client that is in the WAR")
    void works(@ArquillianResource URL url) throws Exception {
        Server server = Server.ready(url);
        try (Wire wire = Wire.open(server.webSocket("/cortex/websocket"))) {
            assertThat(wire.join("test", "feed-key").path("status").asText()).isEqualTo("ok");
            JsonNode subscribed = ask(wire, "subscribe", "{\"topic\":\"public:t\"}");
            assertThat(subscribed.path("status").asText()).isEqualTo("ok");
            JsonNode published = ask(wire, "publish", "{\"topic\":\"public:t\",\"event\":\"item\",\"payload\":1}")
                    .path("response");
            assertThat(published.path("offset").asInt()).isEqualTo(1);
            assertThat(published.has("scope")).isFalse();
        }
        assertThat(threads()).contains("lettuce-");
    }

    @Test
    @Order(3)
    @DisplayName("G8: undeployed, it leaves no thread of the client behind")
    void leavesNothing() {
        deployer.undeploy(NAME);
        await().atMost(30, SECONDS).until(() -> !threads().contains("lettuce-"));
    }

    /** The threads of the servers that this JVM has started, or of itself. */
    private static String threads() throws Exception {
        StringBuilder all = new StringBuilder();
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        List<Long> pids = ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .map(ProcessHandle::pid)
                .toList();
        for (long pid : pids) {
            Process process = new ProcessBuilder(jcmd, Long.toString(pid), "Thread.print")
                    .redirectErrorStream(true)
                    .start();
            all.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        }
        return all.toString();
    }
}
