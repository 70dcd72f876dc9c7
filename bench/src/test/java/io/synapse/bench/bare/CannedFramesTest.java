package io.synapse.bench.bare;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.bench.engine.BenchEngine;
import io.synapse.platform.RandomIds;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.EncodedFrame;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.protocol.Publication;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The comparison is fair only while the bare endpoint sends what Synapse's codec would write. */
class CannedFramesTest {

    private static final String TOPIC = "cortex:bench";
    private static final Ref JOIN = Ref.of("1");
    private static final Address ASKED = new Address(JOIN, Ref.of("1000000000"), TOPIC);
    private static final long NOW = 1_767_225_600_123L;

    private final PhoenixCodec codec = new PhoenixCodecs(64, 1 << 20).open(PhoenixCodec.Version.V2);

    @Test
    @DisplayName("The frames of a query are Synapse's")
    void query() {
        assertThat(CannedFrames.QUERY).hasSize(BenchEngine.THOUGHTS + 2);
        assertThat(CannedFrames.QUERY[0])
                .isEqualTo(encoded(new ServerMessage.Reply(
                        ASKED, ServerMessage.Status.OK, Payloads.of("ref", "1000000000", "status", "processing"))));
        assertThat(CannedFrames.QUERY[BenchEngine.THOUGHTS])
                .isEqualTo(push(
                        "thought",
                        Payloads.thought(
                                "1000000000",
                                BenchEngine.THOUGHTS,
                                BenchEngine.THOUGHTS,
                                "text",
                                BenchEngine.CONTENT,
                                OptionalDouble.empty(),
                                NOW,
                                false)));
        assertThat(CannedFrames.QUERY[BenchEngine.THOUGHTS + 1])
                .isEqualTo(push(
                        "result",
                        Payloads.result(
                                "1000000000",
                                "success",
                                Map.of("answer", BenchEngine.ANSWER),
                                16,
                                1,
                                BenchEngine.THOUGHTS,
                                false)));
    }

    @Test
    @DisplayName("The frames of a round trip are Synapse's")
    void roundTrip() {
        assertThat(CannedFrames.PING_REPLY)
                .isEqualTo(encoded(new ServerMessage.Reply(
                        ASKED, ServerMessage.Status.OK, Payloads.of("pong", NOW, "timestamp", NOW))));
        assertThat(CannedFrames.PONG).isEqualTo(push("pong", Payloads.of("timestamp", NOW)));
    }

    @Test
    @DisplayName("The frames of a publication are Synapse's")
    void publication() {
        RawJson payload = RawJson.of(Payloads.of("text", CannedFrames.TEXT));
        Publication published = new Publication("message", payload, NOW);
        assertThat(CannedFrames.PUBLICATION)
                .isEqualTo(encoded(new ServerMessage.Event(TOPIC, "news", CannedFrames.EPOCH, 1000, published)));
        assertThat(CannedFrames.PUBLISH_REPLY)
                .isEqualTo(encoded(new ServerMessage.Reply(
                        ASKED,
                        ServerMessage.Status.OK,
                        Payloads.of("topic", "news", "offset", 1000L, "epoch", CannedFrames.EPOCH))));
        assertThat(CannedFrames.EPOCH).hasSameSizeAs(new RandomIds().next());
    }

    @Test
    @DisplayName("The event of a question is found without reading JSON")
    void event() {
        assertThat(CannedFrames.event("[\"1\",\"2\",\"cortex:bench\",\"publish\",{\"topic\":\"news\"}]"))
                .isEqualTo("publish");
    }

    private String push(String event, Body payload) {
        return encoded(new ServerMessage.Push(JOIN, TOPIC, event, payload));
    }

    private String encoded(ServerMessage message) {
        return ((EncodedFrame.Text) codec.encode(message)).text();
    }
}
