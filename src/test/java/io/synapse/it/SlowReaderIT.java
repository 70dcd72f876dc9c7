package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
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

/** One client reads 1 KiB a second of what a hundred others read as it comes. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class SlowReaderIT {

    private static final int FAST = 100;
    private static final int SLOW_BYTES_PER_SECOND = 1024;
    private static final int LOW_WATER_BYTES = 64 * 1024;

    /** A frame at most: 16,384 characters of merged text, or a message, and its envelope. */
    private static final int FRAME_BYTES = 100 * 1024;

    /** In all, more than the kernel takes for a client that does not read: up to 4 MB on the loopback interface. */
    private static final int THOUGHTS = 2500;

    private static final int MESSAGES = 75;
    private static final int MESSAGE_BYTES = 80_000;
    private static final int WINDOW = 5;

    @ArquillianResource
    private URL url;

    private final ObjectMapper json = new ObjectMapper();
    private final ExecutorService readers = Executors.newFixedThreadPool(FAST + 1);
    private final List<RawClient> clients = new ArrayList<>();
    private Server server;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of(
                        "synapse.engine", "probe",
                        "synapse.query.max-output-bytes", "67108864",
                        "synapse.outbox.low-water-bytes", Integer.toString(LOW_WATER_BYTES),
                        "synapse.topics.history-count", Integer.toString(WINDOW),
                        "synapse.topics.history-bytes", "67108864",
                        // The kernel takes no more before a third of what it holds is read: minutes, at this speed.
                        "synapse.outbox.send-timeout", "PT5M",
                        // These clients answer no pings.
                        "synapse.heartbeat.timeout", "PT10M",
                        "synapse.heartbeat.idle-timeout", "PT10M"))
                .addClasses(ProbeEngine.class, ProbeServlet.class, TyrusProbe.class, ProbeClock.class);
    }

    /** What came of a query. */
    private record Told(String text, int frames, int lastSeq, String status) {}

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    @AfterEach
    void close() throws Exception {
        for (RawClient client : clients) {
            client.close();
        }
        readers.shutdownNow();
        await("nothing is kept of who has left").atMost(30, SECONDS).untilAsserted(() -> {
            assertThat(Vitals.of(server).connections()).isEmpty();
            assertThat(Vitals.of(server).subscriptions()).isZero();
        });
    }

    private RawClient joined() throws IOException {
        RawClient client = RawClient.connect(server.port());
        clients.add(client);
        ask(
                client,
                "{\"topic\":\"cortex:slow\",\"event\":\"phx_join\",\"payload\":{\"api_key\":\"test_key\",\"presence\":false},\"ref\":\"1\"}");
        return client;
    }

    private void ask(RawClient client, String frame) throws IOException {
        client.sendText(frame);
        assertThat(next(client).at("/payload/status").asText()).isEqualTo("ok");
    }

    private JsonNode next(RawClient client) throws IOException {
        return json.readTree(client.read());
    }

    private List<RawClient> hundred() throws IOException {
        List<RawClient> fast = new ArrayList<>();
        for (int i = 0; i < FAST; i++) {
            fast.add(joined());
        }
        return fast;
    }

    private Told untilResult(RawClient client) throws IOException {
        StringBuilder text = new StringBuilder();
        int frames = 0;
        int seq = 0;
        while (true) {
            JsonNode frame = next(client);
            JsonNode payload = frame.path("payload");
            if (frame.path("event").asText().equals("result")) {
                return new Told(
                        text.toString(), frames, seq, payload.path("status").asText());
            }
            assertThat(payload.path("seq_from").asInt(payload.path("seq").asInt()))
                    .isEqualTo(seq + 1);
            seq = payload.path("seq").asInt();
            text.append(payload.path("content").asText());
            frames++;
        }
    }

    private long waitingForOne() throws Exception {
        return Vitals.of(server).connections().stream()
                .mapToLong(Vitals.Open::bytes)
                .max()
                .orElse(0);
    }

    @Test
    @DisplayName(
            "K6 B5: who reads 1 KiB/s of a query costs one low-water mark, delays no other, and gets the same text")
    void ofAQuery() throws Exception {
        RawClient slow = joined();
        List<RawClient> fast = hundred();
        ask(
                slow,
                "{\"event\":\"query\",\"payload\":{\"q\":\"numbers " + THOUGHTS
                        + " 1\",\"ref\":\"q\",\"timeout\":120000},\"ref\":\"2\"}");
        SlowStream speed = slow.slowDown(SLOW_BYTES_PER_SECOND);
        Future<Told> late = readers.submit(() -> untilResult(slow));
        List<Future<Told>> inTime = new ArrayList<>();
        for (RawClient client : fast) {
            ask(client, "{\"event\":\"resume\",\"payload\":{\"ref\":\"q\"},\"ref\":\"2\"}");
            inTime.add(readers.submit(() -> untilResult(client)));
        }
        String text = "";
        for (Future<Told> reader : inTime) {
            Told told = reader.get(60, SECONDS);
            assertThat(told.lastSeq()).isEqualTo(THOUGHTS);
            assertThat(told.status()).isEqualTo("success");
            assertThat(text.isEmpty() || text.equals(told.text())).isTrue();
            text = told.text();
        }
        assertThat(late.isDone()).isFalse();
        assertThat(waitingForOne()).isBetween((long) LOW_WATER_BYTES, (long) LOW_WATER_BYTES + FRAME_BYTES);

        speed.hurry();
        Told told = late.get(60, SECONDS);
        assertThat(told.text().equals(text)).isTrue();
        assertThat(told.lastSeq()).isEqualTo(THOUGHTS);
        assertThat(told.status()).isEqualTo("success");
        assertThat(told.frames()).isLessThan(THOUGHTS);
    }

    @Test
    @DisplayName("K6 G9: who reads 1 KiB/s of a topic costs its outbox, delays no other, and is told what it missed")
    void ofATopic() throws Exception {
        String subscribe = "{\"event\":\"subscribe\",\"payload\":{\"topic\":\"public:slow\"},\"ref\":\"2\"}";
        RawClient slow = joined();
        ask(slow, subscribe);
        SlowStream speed = slow.slowDown(SLOW_BYTES_PER_SECOND);
        List<RawClient> fast = hundred();
        for (RawClient client : fast) {
            ask(client, subscribe);
        }
        RawClient feed = joined();
        String payload = "\"" + "x".repeat(MESSAGE_BYTES) + "\"";
        long most = 0;
        for (int i = 1; i <= MESSAGES; i++) {
            ask(
                    feed,
                    "{\"event\":\"publish\",\"payload\":{\"topic\":\"public:slow\",\"event\":\"item\",\"payload\":"
                            + payload + "},\"ref\":\"" + i + "\"}");
            // In step: whoever had to wait for the slow one would be seen.
            for (RawClient client : fast) {
                assertThat(next(client).at("/payload/offset").asInt()).isEqualTo(i);
            }
            most = Math.max(most, waitingForOne());
        }
        assertThat(most).isBetween((long) LOW_WATER_BYTES, (long) LOW_WATER_BYTES + 2 * FRAME_BYTES);

        speed.hurry();
        List<Integer> accounted = new ArrayList<>();
        int missed = 0;
        while (accounted.size() < MESSAGES) {
            JsonNode frame = next(slow);
            JsonNode body = frame.path("payload");
            if (frame.path("event").asText().equals("gap")) {
                missed += body.path("missed").asInt();
                int last = body.path("offset").asInt();
                IntStream.rangeClosed(last - body.path("missed").asInt() + 1, last)
                        .forEach(accounted::add);
            } else {
                accounted.add(body.path("offset").asInt());
            }
        }
        assertThat(accounted)
                .isEqualTo(IntStream.rangeClosed(1, MESSAGES).boxed().toList());
        assertThat(missed).isPositive();
    }
}
