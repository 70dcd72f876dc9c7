package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.protocol.ClientMessage.Ping;
import io.synapse.protocol.ClientMessage.Query;
import io.synapse.protocol.PhoenixCodec.Version;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

@Tag("M1")
class PhoenixCodecPropertyTest {

    private final PhoenixCodec codec = new PhoenixCodecs(64, 1 << 20).open(Version.V2);

    @Provide
    Arbitrary<Object> data() {
        Arbitrary<Object> leaves = Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(10).map(text -> (Object) text),
                Arbitraries.longs().map(number -> (Object) number),
                Arbitraries.doubles().map(number -> (Object) number),
                Arbitraries.of(true, false).map(truth -> (Object) truth));
        return Arbitraries.recursive(
                () -> leaves,
                inner -> Arbitraries.oneOf(
                        inner.list().ofMaxSize(4).map(list -> (Object) list),
                        Arbitraries.maps(Arbitraries.strings().ofMaxLength(5), inner)
                                .ofMaxSize(4)
                                .map(map -> (Object) map)),
                0,
                4);
    }

    @Property(tries = 1000)
    void whatAServerSaysInV2ReadsAsItWasMeant(
            @ForAll @StringLength(max = 50) String ref,
            @ForAll @StringLength(max = 50) String topic,
            @ForAll @StringLength(max = 50) String event,
            @ForAll("data") Object data) {
        Map<String, Object> map = Map.of("x", data);
        EncodedFrame frame = codec.encode(new ServerMessage.Push(
                Ref.of(ref),
                topic,
                event,
                Payloads.result(ref, "success", RawJson.of(Payloads.data(map, 16)), 1, 2, false)));
        List<?> read = JsonText.array(frame);
        assertThat(read).hasSize(5);
        assertThat(read.subList(0, 4)).isEqualTo(Arrays.asList(ref, null, topic, event));
        assertThat(((Map<?, ?>) read.get(4)).get("data")).isEqualTo(map);
        String text = ((EncodedFrame.Text) frame).text();
        assertThat(frame.bytes()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @Property(tries = 1000)
    void whatAClientSaysIsUnderstoodInBothVersions(
            @ForAll @StringLength(max = 100) String joinRef,
            @ForAll @StringLength(max = 100) String ref,
            @ForAll @StringLength(max = 255) String topic,
            @ForAll @StringLength(min = 1, max = 128) String queryRef,
            @ForAll @StringLength(min = 1, max = 300) String question) {
        Assume.that(!queryRef.isBlank() && !question.isBlank());
        String payload = "{\"q\":" + JsonText.quoted(question) + ",\"ref\":" + JsonText.quoted(queryRef) + "}";
        Query v2 = (Query) codec.decode("[" + JsonText.quoted(joinRef) + "," + JsonText.quoted(ref) + ","
                + JsonText.quoted(topic) + ",\"query\"," + payload + "]");
        assertThat(v2.address()).isEqualTo(new Address(Ref.of(joinRef), Ref.of(ref), topic));
        assertThat(v2.question()).isEqualTo(question);
        assertThat(v2.ref()).isEqualTo(queryRef);
        Inbound v1 = codec.decode("{\"topic\":" + JsonText.quoted(topic) + ",\"event\":\"query\",\"payload\":" + payload
                + ",\"ref\":" + JsonText.quoted(ref) + ",\"join_ref\":" + JsonText.quoted(joinRef) + "}");
        assertThat(v1).isEqualTo(v2);
    }

    @Property(tries = 1000)
    void everyRefIsEchoedAsItCame(@ForAll @StringLength(max = 1024) String ref) {
        ClientMessage message = (ClientMessage)
                codec.decode("[" + JsonText.quoted(ref) + "," + JsonText.quoted(ref) + ",\"t\",\"phx_leave\",{}]");
        EncodedFrame reply =
                codec.encode(new ServerMessage.Reply(message.address(), ServerMessage.Status.OK, Body.EMPTY));
        String onTheWire = ((EncodedFrame.Text) reply).text();
        byte[] bytes = onTheWire.getBytes(StandardCharsets.UTF_8);
        List<?> read = (List<?>) JsonText.parse(new String(bytes, StandardCharsets.UTF_8));
        assertThat(read.get(0)).isEqualTo(ref);
        assertThat(read.get(1)).isEqualTo(ref);
    }

    @Property(tries = 1000)
    void anyBinaryPingComesBackWhole(
            @ForAll @StringLength(min = 1, max = 60) String ref,
            @ForAll @StringLength(max = 60) String topic,
            @ForAll @Size(max = 300) byte[] data) {
        Assume.that(StandardCharsets.UTF_8.newEncoder().canEncode(ref + topic));
        Ping ping = (Ping) codec.decode(ByteBuffer.wrap(PhoenixCodecBinaryTest.push("", ref, topic, "ping", data)));
        assertThat(ping.address()).isEqualTo(new Address(null, Ref.of(ref), topic));
        EncodedFrame.Binary reply = (EncodedFrame.Binary)
                codec.encode(new ServerMessage.BinaryReply(ping.address(), ServerMessage.Status.OK, ping.data()));
        byte[] wire = reply.data().toArray();
        assertThat(Arrays.copyOfRange(wire, wire.length - data.length, wire.length))
                .isEqualTo(data);
        assertThat(reply.bytes()).isEqualTo(wire.length);
        assertThat(wire[0]).isEqualTo((byte) 1);
    }
}
