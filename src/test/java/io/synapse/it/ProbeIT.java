package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
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

/** The WAR with an engine of the tests' own, and bounds small enough to be reached. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class ProbeIT {

    private static final int PINGS = 3000;
    private static final int STORM = 50;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of(
                        "synapse.engine", "probe",
                        "synapse.query.max-concurrent", "4",
                        "synapse.query.max-queued", "2",
                        "synapse.query.max-concurrent-per-tenant", "0",
                        "synapse.query.max-queued-per-tenant", "0",
                        "synapse.query.max-output-bytes", "67108864",
                        "synapse.query.kept-bytes", "268435456",
                        // Whether a reader keeps up with replies is the scheduler's business and not of these tests.
                        "synapse.outbox.max-messages", Integer.toString(2 * PINGS + 1),
                        "synapse.outbox.send-timeout", "PT2S"))
                .addClasses(ProbeEngine.class, ProbeServlet.class, TyrusProbe.class, ProbeClock.class);
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    private static JsonNode working(Wire wire, String ref) throws InterruptedException {
        wire.query(ref, "working?", "");
        return wire.next("result").path("data");
    }

    @Test
    @DisplayName("M6 B3: when an interrupt is acknowledged, the engine's thread has left the engine")
    void engineHasEndedWhenTheReplyIsSent() throws Exception {
        try (Wire wire = Wire.joined(server, "stopped")) {
            wire.query("b1", "block", "");
            wire.next("thought");
            wire.interrupt("b1");
            JsonNode reply = wire.next(frame -> frame.path("ref").asText().equals("i"));

            assertThat(reply.at("/payload/response/stopped").asBoolean()).isTrue();
            assertThat(reply.at("/payload/response/last_seq").asInt()).isEqualTo(1);
            assertThat(reply.at("/payload/response/stopped_after_ms").isNumber())
                    .isTrue();
            wire.send("{\"event\":\"query\",\"payload\":{\"q\":\"working?\",\"ref\":\"after\"}}");
            assertThat(wire.next("interrupted").path("reason").asText()).isEqualTo("test");
            assertThat(wire.next("result").path("status").asText()).isEqualTo("interrupted");
            assertThat(wire.next("result").at("/data/working").asInt()).isZero();
        }
    }

    @Test
    @DisplayName("M6: an interrupt from another connection of the agent stops the query; another agent's does not")
    void interruptsByIdentity() throws Exception {
        try (Wire asking = Wire.joined(server, "mine");
                Wire other = Wire.joined(server, "mine");
                Wire stranger = Wire.joined(server, "theirs")) {
            asking.query("b2", "block", "");
            asking.next("thought");
            stranger.interrupt("b2");
            assertThat(stranger.next("phx_reply").at("/response/reason").asText())
                    .isEqualTo("not_found");

            other.interrupt("b2");

            assertThat(other.next("phx_reply").at("/response/stopped").asBoolean())
                    .isTrue();
            assertThat(asking.next("result").path("status").asText()).isEqualTo("interrupted");
        }
    }

    @Test
    @DisplayName("M4: a query past its timeout ends with status timeout and its thread is freed")
    void timesOut() throws Exception {
        try (Wire wire = Wire.joined(server, "late")) {
            wire.query("t1", "block", ",\"timeout\":200");
            assertThat(wire.next("result").path("status").asText()).isEqualTo("timeout");
            await().atMost(10, SECONDS)
                    .until(() -> working(wire, "w" + System.nanoTime())
                                    .path("working")
                                    .asInt()
                            == 0);
        }
    }

    @Test
    @DisplayName(
            "M24 B5: an answer of almost a mebibyte arrives, beside whatever else is sent; a larger one is an error")
    void sendsLargeAnswers() throws Exception {
        try (Wire wire = Wire.joined(server, "large")) {
            wire.query("fits", "large 970000", "");
            wire.query("beside", "count 200 0", "");
            wire.query("over", "large 1000000", "");
            Map<String, JsonNode> results = new HashMap<>();
            while (results.size() < 3) {
                JsonNode result = wire.next("result");
                results.put(result.path("ref").asText(), result);
            }
            assertThat(results.get("fits").at("/data/answer").asText()).hasSize(970_000);
            assertThat(results.get("beside").path("status").asText()).isEqualTo("success");
            assertThat(results.get("over").at("/data/reason").asText()).isEqualTo("output_limit");
        }
    }

    @Test
    @DisplayName("M24: an engine that throws ends its own query only")
    void isolatesFailures() throws Exception {
        try (Wire wire = Wire.joined(server, "failing")) {
            for (String command : List.of("throw", "error", "nothing")) {
                wire.query(command, command, "");
                JsonNode result = wire.next("result");
                assertThat(result.path("status").asText()).isEqualTo("error");
                assertThat(result.at("/data/reason").asText()).isEqualTo("engine_failure");
            }
            wire.query("good", "count 3 0", "");
            assertThat(wire.next("result").path("status").asText()).isEqualTo("success");
        }
    }

    @Test
    @DisplayName("B1: a client cut after each thought in turn resumes to the same text, no seq twice")
    void resumesAfterEachThought() throws Exception {
        int thoughts = 12;
        for (int cut = 0; cut < thoughts; cut++) {
            String ref = "cut" + cut;
            StringBuilder text = new StringBuilder();
            List<Integer> seqs = new ArrayList<>();
            try (Wire first = Wire.joined(server, "cutting")) {
                first.query(ref, "count " + thoughts + " 5", "");
                first.next("phx_reply");
                for (int k = 0; k < cut; k++) {
                    add(first.next("thought"), text, seqs);
                }
            }
            try (Wire second = Wire.joined(server, "cutting")) {
                if (cut % 2 == 0) {
                    second.resume(ref, cut);
                } else {
                    second.query(ref, "count " + thoughts + " 5", ",\"after_seq\":" + cut);
                }
                for (JsonNode frame : second.untilResult(ref)) {
                    if (frame.path("event").asText().equals("thought")) {
                        add(frame.path("payload"), text, seqs);
                    }
                }
            }
            assertThat(text.toString()).isEqualTo("w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 ");
            assertThat(seqs).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        }
    }

    private static void add(JsonNode thought, StringBuilder text, List<Integer> seqs) {
        text.append(thought.path("content").asText());
        seqs.add(thought.path("seq").asInt());
    }

    @Test
    @DisplayName(
            "B7: a retry storm from 50 connections runs the engine once, and all get the same; another body is refused")
    void runsTheEngineOnce() throws Exception {
        List<Wire> wires = new ArrayList<>();
        ExecutorService clients = Executors.newFixedThreadPool(STORM);
        try {
            int before;
            try (Wire wire = Wire.joined(server, "storm")) {
                before = working(wire, "before").path("calls").asInt();
            }
            for (int i = 0; i < STORM; i++) {
                wires.add(Wire.joined(server, "storm"));
            }
            List<Future<String>> texts = clients.invokeAll(wires.stream()
                    .<Callable<String>>map(wire -> () -> {
                        for (int again = 0; again < 3; again++) {
                            wire.query("same", "count 10 5", "");
                        }
                        return wire.untilResult("same").stream()
                                .map(frame -> frame.at("/payload/content").asText())
                                .collect(Collectors.joining());
                    })
                    .toList());
            for (Future<String> text : texts) {
                assertThat(text.get()).isEqualTo("w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 ");
            }
            assertThat(working(wires.get(0), "after").path("calls").asInt()).isEqualTo(before + 1);
            wires.get(1).query("same", "count 11 5", "");
            assertThat(wires.get(1)
                            .next(frame -> frame.at("/payload/status").asText().equals("error"))
                            .at("/payload/response/reason")
                            .asText())
                    .isEqualTo("ref_in_use");
        } finally {
            clients.shutdownNow();
            wires.forEach(Wire::close);
        }
    }

    @Test
    @DisplayName("M8: past the bound of running and waiting queries one more is refused as overloaded")
    void refusesWhenSaturated() throws Exception {
        try (Wire wire = Wire.joined(server, "full")) {
            for (int i = 0; i < 6; i++) {
                wire.query("f" + i, "block", "");
            }
            wire.query("f6", "block", "");
            JsonNode refused = wire.next(
                    frame -> frame.at("/payload/response/reason").asText().equals("overloaded"));
            assertThat(refused.at("/payload/response/retry_after_ms").asInt()).isPositive();
            for (int i = 0; i < 6; i++) {
                wire.interrupt("f" + i);
            }
            for (int i = 0; i < 6; i++) {
                assertThat(wire.next("result").path("status").asText()).isEqualTo("interrupted");
            }
            wire.query("f7", "count 1 0", "");
            assertThat(wire.next("result").path("status").asText()).isEqualTo("success");
        }
    }

    @Test
    @DisplayName("B2: a query that asks for it is stopped when its client has gone, and goes on otherwise")
    void stopsWhatNobodyWaitsFor() throws Exception {
        try (Wire gone = Wire.joined(server, "leaving")) {
            gone.query("stop", "block", ",\"on_disconnect\":\"cancel_after(50)\"");
            gone.query("stay", "count 30 20", "");
            gone.next("thought");
            gone.next("thought");
        }
        try (Wire back = Wire.joined(server, "leaving")) {
            await().atMost(10, SECONDS).until(() -> {
                back.resume("stop", 0);
                JsonNode reply = back.next("phx_reply");
                return reply.path("status").asText().equals("ok");
            });
            back.resume("stay", 0);
            List<JsonNode> results = new ArrayList<>();
            while (results.size() < 2) {
                JsonNode result = back.next("result");
                if (results.stream().noneMatch(known -> known.path("ref").equals(result.path("ref")))) {
                    results.add(result);
                }
            }
            assertThat(results)
                    .extracting(result -> result.path("ref").asText()
                            + " "
                            + result.path("status").asText())
                    .containsExactlyInAnyOrder("stop interrupted", "stay success");
        }
    }

    @Test
    @DisplayName("B5 G9: a reader that never reads is cut off, and others do not notice")
    void cutsOffAReaderThatNeverReads() throws Exception {
        try (RawClient deaf = RawClient.connect(server.port());
                Wire other = Wire.joined(server, "others")) {
            long before = server.metric("synapse_connections_slow_consumers_total");
            deaf.sendText("{\"topic\":\"cortex:deaf\",\"event\":\"phx_join\",\"payload\":{\"api_key\":\"test_key\"}}");
            deaf.sendText("{\"event\":\"query\",\"payload\":{\"q\":\"flood 20000\",\"ref\":\"big\"}}");

            for (int i = 0; i < 20; i++) {
                other.query("o" + i, "count 3 0", "");
                assertThat(other.next("result").path("status").asText()).isEqualTo("success");
            }

            await().atMost(30, SECONDS)
                    .until(() -> server.metric("synapse_connections_slow_consumers_total") == before + 1);
            deaf.readUntilEnd();
        }
    }

    @Test
    @DisplayName("B5: 3,000 pings written at once are all answered, in order, to a client that reads meanwhile")
    void answersPingsWrittenAtOnce() throws Exception {
        List<String> pings = IntStream.range(0, PINGS)
                .mapToObj(i -> "[\"1\",\"" + i + "\",\"cortex:burst\",\"ping\",{}]")
                .toList();
        try (RawClient client = RawClient.connect(server.port())) {
            client.sendText(
                    "[\"1\",\"j\",\"cortex:burst\",\"phx_join\",{\"api_key\":\"test_key\",\"presence\":false}]");
            assertThat(text(client)).contains("\"status\":\"ok\"");
            FutureTask<Void> reader = new FutureTask<>(() -> {
                for (int i = 0; i < pings.size(); i++) {
                    assertThat(text(client)).startsWith("[\"1\",\"" + i + "\",\"cortex:burst\",\"phx_reply\"");
                    assertThat(text(client)).contains("\"pong\"");
                }
                return null;
            });
            new Thread(reader, "reader").start();
            client.sendAtOnce(pings);
            reader.get(60, SECONDS);
        }
    }

    private static String text(RawClient client) throws IOException {
        return new String(client.read(), StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("On Payara no message schedules an idle task; other servers' sessions are left alone")
    void schedulesNoIdleTask() throws Exception {
        try (Wire wire = Wire.joined(server, "idle")) {
            String first = idleTask();
            for (int i = 0; i < 5; i++) {
                wire.send("{\"event\":\"ping\",\"payload\":{},\"ref\":\"p\"}");
                wire.next("pong");
                assertThat(idleTask()).isEqualTo(first);
            }
            if (Server.name().equals("payara")) {
                assertThat(first).startsWith("io.synapse.endpoint.TyrusIdleTimer$Done@");
            } else {
                assertThat(first).isNull();
            }
        }
    }

    private String idleTask() throws Exception {
        await("one connection")
                .atMost(10, SECONDS)
                .until(() -> Vitals.of(server).connections().size() == 1);
        return Vitals.of(server).connections().get(0).idleTask();
    }
}
