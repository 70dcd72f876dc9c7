package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.protocol.ClientMessage.Leave;
import io.synapse.protocol.ClientMessage.Ping;
import io.synapse.protocol.ClientMessage.Query;
import io.synapse.protocol.PhoenixCodec.Version;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("M1")
class PhoenixCodecBinaryTest {

    private static final int DEPTH = 64;

    private final PhoenixCodec codec = new PhoenixCodecs(DEPTH, 1 << 20).open(Version.V2);

    static byte[] push(String joinRef, String ref, String topic, String event, byte[] data) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[][] parts = {utf8(joinRef), utf8(ref), utf8(topic), utf8(event)};
        out.write(0);
        for (byte[] part : parts) {
            out.write(part.length);
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        out.writeBytes(data);
        return out.toByteArray();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuffer hex(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private Inbound decode(byte[] frame) {
        return codec.decode(ByteBuffer.wrap(frame));
    }

    private Invalid malformed(byte[] frame) {
        Invalid invalid = (Invalid) decode(frame);
        assertThat(invalid.kind()).isEqualTo(Invalid.Kind.FRAME);
        assertThat(invalid.reason()).isEqualTo("malformed frame");
        return invalid;
    }

    @Test
    @DisplayName("the recorded push(\"query\", 01 02 ff) of the npm client is understood, and answered where it waits")
    void readsARecordedPush() {
        Inbound inbound = codec.decode(hex("0001010c05 33 34 636f727465783a6775696465 7175657279 0102ff"));
        assertThat(inbound)
                .isEqualTo(new Invalid(
                        new Address(Ref.of("3"), Ref.of("4"), "cortex:guide"),
                        Invalid.Kind.PAYLOAD,
                        "binary payload not supported",
                        "event query takes JSON"));
    }

    @Test
    void readsAPingWithItsData() {
        assertThat(decode(push("3", "4", "cortex:a", "ping", new byte[] {1, 2, -1})))
                .isEqualTo(new Ping(
                        new Address(Ref.of("3"), Ref.of("4"), "cortex:a"), Bytes.copyOf(new byte[] {1, 2, -1})));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{}", "{\"a\":1}", "{not json", ""})
    void theDataOfAPingAreItsDataWhateverTheyLookLike(String data) {
        // A ping whose first byte was 7b used to be answered as a malformed frame, or without its data.
        assertThat(((Ping) decode(push("", "1", "t", "ping", utf8(data)))).data())
                .isEqualTo(Bytes.copyOf(utf8(data)));
    }

    @Test
    void readsAPayloadOfJson() {
        Query query = (Query) decode(push("3", "4", "cortex:a", "query", utf8("{\"q\":\"été\",\"ref\":\"r\"}")));
        assertThat(query.question()).isEqualTo("été");
    }

    @Test
    void emptyRefsAreNone() {
        assertThat(((Ping) decode(push("", "", "t", "ping", new byte[0]))).address())
                .isEqualTo(new Address(null, null, "t"));
    }

    @Test
    void aPartHas255Bytes() {
        String long255 = "t".repeat(255);
        assertThat(decode(push(long255, long255, long255, "ping", new byte[] {7}))
                        .address())
                .isEqualTo(new Address(Ref.of(long255), Ref.of(long255), long255));
    }

    @Test
    void speaksV2FromThenOn() {
        codec.decode("{\"event\":\"heartbeat\"}");
        decode(push("", "1", "t", "ping", new byte[0]));
        assertThat(codec.version()).isEqualTo(Version.V2);
    }

    @Test
    void readsFromThePositionOfTheBuffer() {
        byte[] frame = push("", "1", "t", "ping", new byte[] {7});
        ByteBuffer shifted = ByteBuffer.allocateDirect(frame.length + 10);
        shifted.position(10).put(frame).position(10);
        assertThat(codec.decode(shifted.asReadOnlyBuffer()))
                .isEqualTo(new Ping(new Address(null, Ref.of("1"), "t"), Bytes.copyOf(new byte[] {7})));
    }

    @Test
    @Tag("M5")
    void everyShorterFrameIsMalformed() {
        byte[] frame = push("1", "2", "cortex:a", "ping", new byte[0]);
        for (int length = 0; length < frame.length; length++) {
            malformed(java.util.Arrays.copyOf(frame, length));
        }
    }

    @ParameterizedTest
    @Tag("M5")
    @ValueSource(bytes = {1, 2, 3, 0x7b, -1})
    void onlyAPushComesFromAClient(byte kind) {
        byte[] frame = push("1", "2", "t", "ping", new byte[0]);
        frame[0] = kind;
        assertThat(malformed(frame).detail()).isEqualTo("a binary frame from a client is a push, kind 0");
    }

    @Test
    @Tag("M5")
    void partsThatAreNotUtf8AreMalformed() {
        byte[] frame = push("1", "2", "topic", "ping", new byte[0]);
        frame[7] = (byte) 0xff;
        malformed(frame);
        byte[] overlong = push("1", "2", "to", "ping", new byte[0]);
        overlong[7] = (byte) 0xc0;
        overlong[8] = (byte) 0x80;
        malformed(overlong);
        byte[] surrogate = push("1", "2", "top", "ping", new byte[0]);
        surrogate[7] = (byte) 0xed;
        surrogate[8] = (byte) 0xa0;
        surrogate[9] = (byte) 0x80;
        malformed(surrogate);
    }

    @ParameterizedTest
    @Tag("M5")
    @ValueSource(strings = {"ff", "c080", "eda080", "f4908080", "c3", "e282"})
    void aPayloadThatIsNotUtf8IsMalformedAndNotRepaired(String bad) {
        // The parser replaced what was not UTF-8, so a query was asked with other words than were sent.
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        data.writeBytes(utf8("{\"q\":\"a"));
        data.writeBytes(HexFormat.of().parseHex(bad));
        data.writeBytes(utf8("b\",\"ref\":\"r\"}"));
        Invalid invalid = malformed(push("3", "4", "t", "query", data.toByteArray()));
        assertThat(invalid.address()).isEqualTo(new Address(Ref.of("3"), Ref.of("4"), "t"));
        assertThat(invalid.detail()).isEqualTo("not UTF-8");
    }

    @Test
    @Tag("M5")
    void aPayloadInUtf16IsNotGuessedAt() {
        malformed(push("3", "4", "t", "query", "{\"q\":\"a\",\"ref\":\"r\"}".getBytes(StandardCharsets.UTF_16LE)));
        malformed(push(
                "3",
                "4",
                "t",
                "query",
                "{\"q\":\"a\",\"ref\":\"r\"}".getBytes(java.nio.charset.Charset.forName("UTF-32LE"))));
    }

    @Test
    @Tag("M5")
    void somethingBehindThePayloadIsMalformed() {
        malformed(push("", "1", "t", "phx_leave", utf8("{}{}")));
        malformed(push("", "1", "t", "phx_leave", utf8("{}x")));
        malformed(push("", "1", "t", "phx_leave", utf8("{} \u0000")));
        malformed(push("", "1", "t", "phx_leave", utf8("{")));
    }

    @Test
    @Tag("M5")
    void aPayloadNestsAsDeepAsInATextFrameAndNoDeeper() {
        int inside = DEPTH - 1;
        assertThat(decode(push("", "1", "t", "phx_leave", nested(inside)))).isInstanceOf(Leave.class);
        malformed(push("", "1", "t", "phx_leave", nested(inside + 1)));
        malformed(push("", "1", "t", "phx_leave", nested(100_000)));
    }

    private static byte[] nested(int depth) {
        return utf8("{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}");
    }

    private String encoded(ServerMessage message) {
        Bytes data = ((EncodedFrame.Binary) codec.encode(message)).data();
        return HexFormat.of().formatHex(data.toArray());
    }

    @Test
    void writesTheReplyThatPhoenixWrites() {
        assertThat(encoded(new ServerMessage.BinaryReply(
                        new Address(Ref.of("1"), Ref.of("2"), "cortex:a"),
                        ServerMessage.Status.OK,
                        Bytes.copyOf(new byte[] {1, 2, -1}))))
                .isEqualTo("0101010802" + "31" + "32" + "636f727465783a61" + "6f6b" + "0102ff");
    }

    @Test
    void writesThePushThatPhoenixWrites() {
        assertThat(encoded(
                        new ServerMessage.BinaryPush(Ref.of("1"), "cortex:a", "bb", Bytes.copyOf(new byte[] {9, 9}))))
                .isEqualTo("00010802" + "31" + "636f727465783a61" + "6262" + "0909");
    }

    @Test
    void writesTheBroadcastThatPhoenixWrites() {
        assertThat(encoded(new ServerMessage.BinaryPush(null, "cortex:a", "bc", Bytes.copyOf(new byte[] {7}))))
                .isEqualTo("020802" + "636f727465783a61" + "6263" + "07");
    }

    @Test
    void lengthsAreCountedInBytes() {
        assertThat(encoded(new ServerMessage.BinaryPush(null, "é", "b", Bytes.copyOf(new byte[0]))))
                .isEqualTo("020201" + "c3a9" + "62");
    }

    @Test
    void aPartOf255BytesCanBeSaidAndOneOf256Cannot() {
        Bytes none = Bytes.copyOf(new byte[0]);
        EncodedFrame frame = codec.encode(new ServerMessage.BinaryPush(null, "t".repeat(255), "e", none));
        assertThat(frame.bytes()).isEqualTo(3 + 255 + 1);
        assertThatThrownBy(() -> codec.encode(new ServerMessage.BinaryPush(null, "t".repeat(256), "e", none)))
                .isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> codec.encode(new ServerMessage.BinaryPush(null, "é".repeat(128), "e", none)))
                .isInstanceOf(CodecException.class);
    }

    @Test
    void aV1ClientHasNoBinaryFrames() {
        codec.decode("{\"event\":\"heartbeat\"}");
        Bytes data = Bytes.copyOf(new byte[] {1});
        assertThatThrownBy(() -> codec.encode(new ServerMessage.BinaryPush(null, "t", "e", data)))
                .isInstanceOf(CodecException.class);
        assertThatThrownBy(() -> codec.encode(
                        new ServerMessage.BinaryReply(Address.NONE.withTopic("t"), ServerMessage.Status.OK, data)))
                .isInstanceOf(CodecException.class);
    }

    @Test
    void bytesAreCopiedInAndOut() {
        byte[] mine = {1, 2};
        Bytes bytes = Bytes.copyOf(mine);
        mine[0] = 9;
        bytes.toArray()[1] = 9;
        assertThat(bytes.toArray()).containsExactly(1, 2);
        assertThat(bytes).hasSameHashCodeAs(Bytes.copyOf(new byte[] {1, 2})).hasToString("2 bytes");
        ByteBuffer frame = ByteBuffer.wrap(push("", "1", "t", "ping", new byte[] {5}));
        Ping ping = (Ping) codec.decode(frame);
        // Containers use their buffers again.
        java.util.Arrays.fill(frame.array(), (byte) 0);
        assertThat(ping.data().toArray()).containsExactly(5);
    }
}
