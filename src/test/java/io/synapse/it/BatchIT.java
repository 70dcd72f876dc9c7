package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.protocol.Subprotocol;
import io.synapse.testing.Packing;
import java.net.URL;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several messages in a frame, and compressed ones, on {@code /ws} of a real server. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class BatchIT {

    private static final String SOCKET = "/ws";
    private static final int MESSAGES = 6000;

    /** Below what is compressed, and so large that what waits for a reader is more than a server's buffers. */
    private static final int PAYLOAD = 900;

    private static final int FRAME_BOUND = 16 * 1024;

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of(
                "synapse.topics.history-count", "10000",
                "synapse.topics.history-bytes", "67108864",
                "synapse.gateway.batch-bytes", String.valueOf(FRAME_BOUND)));
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    private Wire open(Subprotocol spoken) throws InterruptedException {
        Wire wire = Wire.open(server.webSocket(SOCKET), builder -> builder.subprotocols(spoken.word()));
        assertThat(wire.subprotocol()).isEqualTo(spoken.word());
        assertThat(wire.next().path("type").asText()).isEqualTo("system");
        return wire;
    }

    private static String publish(String topic, int number, String text) {
        return "{\"id\":%d,\"type\":\"publish\",\"topic\":\"%s\",\"payload\":{\"n\":%d,\"text\":\"%s\"}}"
                .formatted(number, topic, number, text);
    }

    private void publishAll(String topic) throws InterruptedException {
        String text = "x".repeat(PAYLOAD);
        try (Wire writer = open(Subprotocol.NDJSON)) {
            int batch = 50;
            for (int n = 1; n <= MESSAGES; n += batch) {
                writer.say(IntStream.range(n, n + batch)
                        .mapToObj(i -> publish(topic, i, text))
                        .toArray(String[]::new));
                for (int i = n; i < n + batch; i++) {
                    JsonNode answer = writer.next();
                    assertThat(answer.path("id").asInt()).isEqualTo(i);
                    assertThat(answer.at("/result/offset").asInt()).isEqualTo(i);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"NDJSON", "CBORSEQ"})
    @DisplayName("K11 M8: a slow reader gets the same messages in the same order, several in a frame, within the bound")
    void joinsWhatWaits(Subprotocol spoken) throws Exception {
        String topic = "public:slow-" + spoken.word();
        Packing packing = Packing.of(spoken.word());
        long framesBefore = server.metric("synapse_frames_sent_total");
        long messagesBefore = server.metric("synapse_messages_sent_total");
        try (RawClient reader = RawClient.connect(server.port(), SOCKET, spoken.word())) {
            reader.read();
            Object subscribe = packing.frame("{\"id\":1,\"type\":\"subscribe\",\"topic\":\"" + topic + "\"}");
            if (subscribe instanceof String text) {
                reader.sendText(text);
            } else {
                reader.send(RawClient.BINARY, true, (byte[]) subscribe);
            }
            reader.read();
            publishAll(topic);

            int frames = 0;
            int largest = 0;
            List<Integer> numbers = new ArrayList<>();
            while (numbers.size() < MESSAGES) {
                byte[] frame = reader.read();
                List<JsonNode> messages = spoken == Subprotocol.NDJSON
                        ? packing.messages(new String(frame, java.nio.charset.StandardCharsets.UTF_8))
                        : packing.messages(frame);
                messages.forEach(message -> numbers.add(message.at("/payload/n").asInt()));
                frames++;
                largest = Math.max(largest, frame.length);
            }
            assertThat(numbers)
                    .isEqualTo(IntStream.rangeClosed(1, MESSAGES).boxed().toList());
            assertThat(frames).isLessThan(MESSAGES);
            assertThat(largest).isGreaterThan(2 * PAYLOAD).isLessThanOrEqualTo(FRAME_BOUND);
        }
        await("the figures of connections that have ended")
                .atMost(20, SECONDS)
                .until(() -> server.metric("synapse_messages_sent_total") - messagesBefore > 2 * MESSAGES);
        assertThat(server.metric("synapse_frames_sent_total") - framesBefore)
                .isLessThan(server.metric("synapse_messages_sent_total") - messagesBefore);
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"NDJSON_DEFLATE", "CBORSEQ_DEFLATE"})
    @DisplayName("K11: what is large is compressed in both directions, and a bomb closes its connection with 1009")
    void compresses(Subprotocol spoken) throws Exception {
        String text = "compressed ".repeat(5000);
        String topic = "public:large-" + spoken.word();
        long savedBefore = server.metric("synapse_bytes_saved_total");
        try (Wire reader = open(spoken)) {
            reader.say("{\"id\":1,\"type\":\"subscribe\",\"topic\":\"" + topic + "\"}");
            assertThat(reader.next().path("type").asText()).isEqualTo("response");
            try (Wire writer = open(spoken)) {
                writer.say(publish(topic, 1, text), publish(topic, 2, "small"));
                assertThat(writer.next().at("/result/offset").asInt()).isEqualTo(1);
                assertThat(writer.next().at("/result/offset").asInt()).isEqualTo(2);
                assertThat(reader.next().at("/payload/text").asText()).isEqualTo(text);
                assertThat(reader.next().at("/payload/text").asText()).isEqualTo("small");
                writer.sendBinary(Packing.bomb(100_000_000, ' '));
                assertThat(writer.closeCode()).isEqualTo(1009);
            }
            reader.say("{\"id\":9,\"type\":\"ping\"}");
            assertThat(reader.next().path("id").asInt()).isEqualTo(9);
        }
        await("the figures of connections that have ended")
                .atMost(20, SECONDS)
                .until(() -> server.metric("synapse_bytes_saved_total") - savedBefore > 50_000);
        assertThat(server.metric("synapse_frames_too_big_total")).isPositive();
    }

    @Test
    @DisplayName("K11: a frame has a bound of messages, and what is beyond is refused once")
    void boundsMessagesOfAFrame() throws Exception {
        try (Wire wire = open(Subprotocol.NDJSON)) {
            wire.say(IntStream.rangeClosed(1, 300)
                    .mapToObj(i -> "{\"id\":%d,\"type\":\"ping\"}".formatted(i))
                    .toArray(String[]::new));
            for (int i = 1; i <= 256; i++) {
                assertThat(wire.next().path("id").asInt()).isEqualTo(i);
            }
            assertThat(wire.next().path("code").asInt()).isEqualTo(-32700);
            wire.say("{\"id\":301,\"type\":\"ping\"}");
            assertThat(wire.next().path("id").asInt()).isEqualTo(301);
        }
    }
}
