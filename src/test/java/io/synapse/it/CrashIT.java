package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Parts of the product that fail in the middle of a message, by way of a clock that throws. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class CrashIT {

    private static final int THOUGHTS = 60;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of("synapse.engine", "probe"))
                .addClasses(ProbeEngine.class, ProbeServlet.class, TyrusProbe.class, ProbeClock.class);
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    @Test
    @DisplayName("M24: a topic that fails ends alone; joined again it goes on where it was, nothing missing or twice")
    void failsAlone() throws Exception {
        try (Wire wire = Wire.joined(server, "other")) {
            join(wire, "failing", "2");
            ask(wire, "failing", "f");
            ask(wire, "other", "o");
            List<JsonNode> frames = new ArrayList<>();
            // both are running before the crash is armed: it strikes the next message, whosever that is
            takeUntilThoughtOf(wire, frames, "failing");
            takeUntilThoughtOf(wire, frames, "other");

            Vitals.crash(server, "QueryHandler");
            wire.send("{\"topic\":\"cortex:failing\",\"event\":\"ping\",\"payload\":{},\"ref\":\"p\"}");
            JsonNode frame = take(wire, frames);
            while (!frame.path("event").asText().equals("phx_error")) {
                frame = take(wire, frames);
            }
            assertThat(frame.path("topic").asText()).isEqualTo("cortex:failing");
            assertThat(frame.path("ref").asText()).isEqualTo("2");
            assertThat(frame.at("/payload/reason").asText()).isEqualTo("channel_crash");

            // The other topic goes on, and of the one that failed nothing comes until it is joined again.
            int before = frames.size();
            for (int seen = 0; seen < 5; seen += isThought(take(wire, frames), "other") ? 1 : 0) {
                assertThat(frames.size() - before).isLessThan(1000);
            }
            assertThat(frames.subList(before, frames.size())).noneMatch(one -> isThought(one, "failing"));
            wire.send("{\"topic\":\"cortex:failing\",\"event\":\"ping\",\"payload\":{},\"ref\":\"u\"}");
            while (!frame.path("ref").asText().equals("u")) {
                frame = take(wire, frames);
            }
            assertThat(frame.at("/payload/response/reason").asText()).isEqualTo("unmatched topic");

            wire.send(joinOf("failing", "3"));
            for (int results = 0; results < 2; ) {
                results += take(wire, frames).path("event").asText().equals("result") ? 1 : 0;
            }
            assertWhole(frames, "failing");
            assertWhole(frames, "other");
        }
    }

    private static JsonNode take(Wire wire, List<JsonNode> frames) throws InterruptedException {
        JsonNode frame = wire.next();
        frames.add(frame);
        return frame;
    }

    private static void takeUntilThoughtOf(Wire wire, List<JsonNode> frames, String agent) throws InterruptedException {
        while (frames.stream().noneMatch(frame -> isThought(frame, agent))) {
            take(wire, frames);
        }
    }

    private static boolean isThought(JsonNode frame, String agent) {
        return frame.path("event").asText().equals("thought")
                && frame.path("topic").asText().equals("cortex:" + agent);
    }

    private static void assertWhole(List<JsonNode> frames, String agent) {
        assertThat(frames)
                .filteredOn(frame -> isThought(frame, agent))
                .extracting(frame -> frame.at("/payload/seq").asInt())
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, THOUGHTS).boxed().toList());
    }

    private static String joinOf(String agent, String ref) {
        return "{\"topic\":\"cortex:%s\",\"event\":\"phx_join\",\"payload\":{\"api_key\":\"test_key\"},\"ref\":\"%s\"}"
                .formatted(agent, ref);
    }

    private static void join(Wire wire, String agent, String ref) throws InterruptedException {
        wire.send(joinOf(agent, ref));
        assertThat(wire.next("phx_reply").path("status").asText()).isEqualTo("ok");
    }

    private static void ask(Wire wire, String agent, String ref) {
        wire.send("{\"topic\":\"cortex:%s\",\"event\":\"query\",\"payload\":{\"q\":\"count %d 50\",\"ref\":\"%s\"}}"
                .formatted(agent, THOUGHTS, ref + System.nanoTime()));
    }

    @Test
    @DisplayName("M24: a join that fails is told so, and the next one joins")
    void tellsOfAJoinThatFails() throws Exception {
        String token = new ObjectMapper()
                .readTree(Server.post(server.http("/api/tokens"), "test_key").body())
                .path("token")
                .asText();
        try (Wire wire = Wire.joined(server, "beside")) {
            Vitals.crash(server, "HandshakeTokens");
            JsonNode refused = wire.join("joining", token);
            assertThat(refused.path("status").asText()).isEqualTo("error");
            assertThat(refused.at("/response/reason").asText()).isEqualTo("join crashed");
            assertThat(wire.join("joining", token).path("status").asText()).isEqualTo("ok");
        }
    }

    @Test
    @DisplayName("M24: the npm client joins again by itself, and its program gets every thought once")
    void theNpmClientComesBack() throws Exception {
        Node.test("crash.test.js", server.http("/"), Duration.ofMinutes(1));
    }
}
