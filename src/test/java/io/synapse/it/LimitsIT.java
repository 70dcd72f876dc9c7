package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.testing.Keys;
import java.io.IOException;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The numbers of production for what happens again and again, each with its burst and so many more a day, so that no test
 * depends on how fast it is. Each test has an address and a key of its own.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class LimitsIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CORTEX = Callers.CORTEX + "?vsn=2.0.0";
    private static final String BUDGET = "{\"id\":1,\"type\":\"budget\"}";

    @ArquillianResource
    private URL url;

    private Server server;
    private Callers callers;

    @Deployment(testable = false)
    static WebArchive war() {
        Map<String, String> config = new HashMap<>(Map.of(
                "synapse.engine", "probe",
                "synapse.limits.profile", "production",
                "synapse.limits.new-connections", "10/P1D/10",
                "synapse.limits.failed-logins", "20/P1D/20",
                "synapse.limits.messages", "60/P1D/20",
                "synapse.limits.queries", "10/P1D/10",
                "synapse.limits.publishes", "15/P1D/15",
                "synapse.limits.close-delay", "PT0.2S",
                "synapse.proxies.trusted", Callers.PROXY));
        List<String> keys = new ArrayList<>();
        for (String name : List.of("m1", "m2", "q1", "q2", "p1", "x1", "x2", "s1", "r1", "f1")) {
            keys.add(name + ":" + Keys.sha256(name));
        }
        keys.add("admin:" + Keys.sha256("admin") + ":*:synapse-admin");
        config.put("synapse.auth.api-keys", String.join(",", keys));
        return WarFile.probed(config);
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
        callers = new Callers(server);
    }

    @AfterEach
    void hangUp() throws IOException {
        callers.close();
    }

    private static String text(RawClient client) throws IOException {
        return new String(client.read(), StandardCharsets.UTF_8);
    }

    /** The answer to a frame with this mark; what comes before it is passed over. */
    private static JsonNode answer(RawClient client, String mark, String frame) throws IOException {
        client.sendText(frame);
        String said = text(client);
        while (!said.contains("\"phx_reply\"") || !said.contains("\"" + mark + "\"")) {
            said = text(client);
        }
        return JSON.readTree(said).get(4);
    }

    private RawClient joined(String address, String key) throws IOException {
        RawClient client = callers.call(address, CORTEX);
        assertThat(client.status()).isEqualTo(101);
        JsonNode reply = answer(
                client,
                "j",
                "[\"j\",\"j\",\"cortex:a\",\"phx_join\",{\"api_key\":\"" + key + "\",\"presence\":false}]");
        assertThat(reply.path("status").asText()).isEqualTo("ok");
        return client;
    }

    private static JsonNode query(RawClient client, String ref) throws IOException {
        return answer(
                client,
                ref,
                "[\"j\",\"" + ref + "\",\"cortex:a\",\"query\",{\"q\":\"block\",\"ref\":\"" + ref + "\"}]");
    }

    private static JsonNode interrupt(RawClient client, String mark, String ref) throws IOException {
        return answer(client, mark, "[\"j\",\"" + mark + "\",\"cortex:a\",\"interrupt\",{\"ref\":\"" + ref + "\"}]");
    }

    @Test
    @DisplayName("M15: 10 new connections of an address, exact when 50 race; others have their own")
    void newConnections() throws Exception {
        List<RawClient> in = Callers.admitted(Callers.race(50, () -> callers.call("10.2.1.1", CORTEX)), 429);
        assertThat(in).hasSize(10);
        for (RawClient one : in) {
            one.close();
        }
        RawClient refused = callers.call("10.2.1.1", CORTEX);
        assertThat(refused.status())
                .as("it is how fast they come, not how many there are")
                .isEqualTo(429);
        assertThat(callers.call("10.2.1.2", CORTEX).status()).isEqualTo(101);
        assertThat(callers.call("10.2.1.1, 10.2.1.3", CORTEX).status()).isEqualTo(101);
        assertThat(callers.call(Callers.PROXY, CORTEX, "Forwarded: for=\"10.2.1.1\"")
                        .status())
                .isEqualTo(429);
    }

    @Test
    @DisplayName("M15: whoever is no trusted proxy says of itself what it likes, and is counted where it is")
    void untrustedHeaders() throws Exception {
        AtomicInteger address = new AtomicInteger();
        List<RawClient> in = Callers.admitted(
                Callers.race(
                        50,
                        () -> callers.call(
                                "127.0.0.2", CORTEX, "X-Forwarded-For: 10.2.2." + address.incrementAndGet())),
                429);
        assertThat(in).hasSize(10);
    }

    @Test
    @DisplayName("M15: operators see where a client is, not its proxy")
    void remoteAddress() throws Exception {
        joined("10.2.3.1, 10.2.3.2", "m2");
        String connections =
                Server.get(server.http("/api/queues/connections"), "admin").body();
        assertThat(connections).contains("\"remote_address\":\"10.2.3.2\"").doesNotContain("10.2.3.1");
    }

    @Test
    @DisplayName("M15: 20 messages in a burst, the join among them; heartbeats pass all the same")
    void messages() throws Exception {
        RawClient client = joined("10.2.4.1", "m1");
        for (int i = 0; i < 19; i++) {
            assertThat(answer(client, "b" + i, "[\"j\",\"b" + i + "\",\"cortex:a\",\"budget\",{}]")
                            .path("status")
                            .asText())
                    .isEqualTo("ok");
        }
        JsonNode refused = answer(client, "no", "[\"j\",\"no\",\"cortex:a\",\"budget\",{}]");
        assertThat(refused.at("/response/reason").asText()).isEqualTo("rate_limited");
        assertThat(refused.at("/response/limit").asText()).isEqualTo("messages");
        assertThat(refused.at("/response/scope").asText()).isEqualTo("connection");
        assertThat(refused.at("/response/retry_after_ms").asLong()).isBetween(1L, 86_400_000L / 60);
        assertThat(answer(client, "h", "[null,\"h\",\"phoenix\",\"heartbeat\",{}]")
                        .path("status")
                        .asText())
                .isEqualTo("ok");
        // Who it is was not known yet when the join was counted, so that is no message of the key.
        RawClient other = joined("10.2.4.2", "m1");
        assertThat(answer(other, "b", "[\"j\",\"b\",\"cortex:a\",\"budget\",{}]")
                        .path("status")
                        .asText())
                .isEqualTo("ok");
        assertThat(answer(other, "no", "[\"j\",\"no\",\"cortex:a\",\"budget\",{}]")
                        .at("/response/scope")
                        .asText())
                .isEqualTo("subject");
    }

    @Test
    @DisplayName("M15: 10 queries, exact when ten connections race with five each; interrupts pass all the same")
    void queries() throws Exception {
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            clients.add(joined("10.2.5." + i, "q1"));
        }
        AtomicInteger next = new AtomicInteger();
        List<List<String>> asked = Callers.race(10, () -> {
            int number = next.getAndIncrement();
            List<String> running = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                String ref = "r" + number + "-" + i;
                JsonNode reply = query(clients.get(number), ref);
                if (reply.path("status").asText().equals("ok")) {
                    running.add(ref);
                } else {
                    assertThat(reply.at("/response/reason").asText()).isEqualTo("rate_limited");
                    assertThat(reply.at("/response/ref").asText()).isEqualTo(ref);
                    assertThat(reply.at("/response/retry_after_ms").asLong()).isPositive();
                }
            }
            return running;
        });
        List<String> running = asked.stream().flatMap(List::stream).toList();
        assertThat(running).hasSize(10);
        for (String ref : running) {
            assertThat(interrupt(clients.get(0), "i" + ref, ref).path("status").asText())
                    .isEqualTo("ok");
        }
    }

    @Test
    @DisplayName("M15: 15 publications; on /ws the refusal has the number of JSON-RPC")
    void publishes() throws Exception {
        RawClient client = callers.call("10.2.6.1", "/ws?token=p1");
        assertThat(text(client)).contains("system");
        int published = 0;
        String said;
        do {
            client.sendText("{\"id\":1,\"type\":\"publish\",\"topic\":\"agent:a:x\",\"event\":\"e\",\"payload\":{}}");
            said = text(client);
            published++;
        } while (!said.contains("rate_limited"));
        assertThat(published - 1).isEqualTo(15);
        assertThat(JSON.readTree(said).path("code").asInt()).isEqualTo(-32000);
        assertThat(JSON.readTree(said).path("limit").asText()).isEqualTo("publishes");
    }

    @Test
    @DisplayName("M15: whoever goes on is closed with 1008 after the delay, on either socket")
    void abuse() throws Exception {
        RawClient client = callers.call("10.2.7.1", "/ws?token=x1");
        client.sendAtOnce(Collections.nCopies(500, BUDGET));
        assertThat(client.readUntilEnd()).isEqualTo(1008);
        RawClient phoenix = joined("10.2.7.2", "x2");
        phoenix.sendAtOnce(Collections.nCopies(500, "[\"j\",\"1\",\"cortex:a\",\"budget\",{}]"));
        assertThat(phoenix.readUntilEnd()).isEqualTo(1008);
        String metrics = Server.get(server.http("/api/metrics"), "admin").body();
        assertThat(metrics).contains("\nsynapse_limited_abuse_total 2\n");
    }

    private int rest(String address, String key) throws Exception {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(server.http("/api/metrics"))
                                .header("X-Forwarded-For", address)
                                .header("Authorization", "Bearer " + key)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() == 429) {
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        }
        return answer.statusCode();
    }

    @Test
    @DisplayName(
            "M15 M17: 20 wrong credentials of an address over REST, handshake and join together; then none is tried")
    void failedLogins() throws Exception {
        String address = "10.2.8.1";
        RawClient joining = callers.call(address, CORTEX);
        for (int i = 0; i < 7; i++) {
            assertThat(rest(address, "wrong" + i)).isEqualTo(401);
            assertThat(answer(
                                    joining,
                                    "j" + i,
                                    "[\"j\",\"j" + i + "\",\"cortex:a\",\"phx_join\",{\"api_key\":\"wrong\"}]")
                            .at("/response/reason")
                            .asText())
                    .isEqualTo("unauthorized");
            if (i < 6) {
                assertThat(callers.call(address, CORTEX + "&token=wrong" + i).status())
                        .isEqualTo(401);
            }
        }
        assertThat(rest(address, "f1")).as("not even a good one is looked at").isEqualTo(429);
        assertThat(callers.call(address, CORTEX + "&token=f1").status()).isEqualTo(429);
        JsonNode refused = answer(joining, "k", "[\"j\",\"k\",\"cortex:a\",\"phx_join\",{\"api_key\":\"f1\"}]")
                .path("response");
        assertThat(refused.path("reason").asText()).isEqualTo("rate_limited");
        assertThat(refused.path("limit").asText()).isEqualTo("failed_logins");
        assertThat(refused.path("retry_after_ms").asLong()).isPositive();
        assertThat(rest("10.2.8.2", "f1")).isEqualTo(200);
    }
}
