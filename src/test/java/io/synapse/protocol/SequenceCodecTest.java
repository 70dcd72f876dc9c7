package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.protocol.ServerMessage.Event;
import io.synapse.protocol.ServerMessage.Push;
import io.synapse.testing.Packing;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Several messages in a frame, in both directions. */
@Tag("K11")
class SequenceCodecTest {

    private static final String PING = "{\"type\":\"ping\",\"id\":%d}";
    private static final int MOST = 4;

    private final ObjectCodecs codecs = new ObjectCodecs(8, 1 << 16, new FrameBounds(1 << 16, MOST, 256));

    private List<Inbound> read(Subprotocol spoken, Object frame) {
        List<Inbound> all = new ArrayList<>();
        MessageCodec codec = codecs.open(spoken);
        if (frame instanceof String text) {
            codec.decode(text, all::add);
        } else {
            codec.decode(ByteBuffer.wrap((byte[]) frame), all::add);
        }
        return all;
    }

    private static Object ids(List<Inbound> messages) {
        return messages.stream()
                .map(message -> message.address().ref() == null
                        ? "-"
                        : message.address().ref().text())
                .toList();
    }

    private static String detail(Inbound message) {
        return ((Invalid) message).detail();
    }

    private static String ping(int id) {
        return PING.formatted(id);
    }

    static List<Subprotocol> sequences() {
        return List.of(Subprotocol.values()).stream()
                .filter(Subprotocol::sequences)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("sequences")
    @DisplayName("K11: a client may put several messages into a frame, in order, up to a bound")
    void readsSeveral(Subprotocol spoken) {
        Packing packing = Packing.of(spoken.word());
        assertThat(ids(read(spoken, packing.frame(ping(1))))).isEqualTo(List.of("1"));
        assertThat(ids(read(spoken, packing.frame(ping(1), ping(2), ping(3), ping(4)))))
                .isEqualTo(List.of("1", "2", "3", "4"));
        List<Inbound> tooMany = read(spoken, packing.frame(ping(1), ping(2), ping(3), ping(4), ping(5), ping(6)));
        assertThat(ids(tooMany)).isEqualTo(List.of("1", "2", "3", "4", "-"));
        assertThat(detail(tooMany.get(MOST))).isEqualTo("a frame has more than 4 messages; the rest of it is not read");
    }

    @ParameterizedTest
    @MethodSource("sequences")
    @DisplayName("K11: a message that is none is answered, and those around it are read")
    void readsAroundWhatIsNone(Subprotocol spoken) {
        Packing packing = Packing.of(spoken.word());
        List<Inbound> all = read(spoken, packing.frame(ping(1), "[1,{\"a\":[2]}]", "7", ping(2)));
        assertThat(ids(all)).isEqualTo(List.of("1", "-", "-", "2"));
        assertThat(detail(all.get(1))).isEqualTo("a message is one object");
        assertThat(detail(all.get(2))).isEqualTo("a message is one object");
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"JSON", "CBOR"})
    @DisplayName("K11: without such a sub-protocol a frame holds one message")
    void plainHoldsOne(Subprotocol spoken) {
        Object two =
                Packing.of(spoken == Subprotocol.JSON ? "ndjson" : "cborseq").frame(ping(1), ping(2));
        List<Inbound> all = read(spoken, two);
        assertThat(all).hasSize(1);
        assertThat(detail(all.get(0))).isEqualTo("something follows the message");
        assertThat(codecs.open(spoken).joiner()).isSameAs(FrameJoiner.NONE);
        assertThatThrownBy(() -> FrameJoiner.NONE.join(List.of())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("K11: empty lines, blank ones and ends of lines of other systems are passed over")
    void passesOverEmptyLines() {
        String frame = "\n\n" + ping(1) + "\r\n \t\r\n" + ping(2) + "\n";
        assertThat(ids(read(Subprotocol.NDJSON, frame))).isEqualTo(List.of("1", "2"));
        for (String empty : List.of("", "\n", " \r\n\t")) {
            List<Inbound> none = read(Subprotocol.NDJSON, empty);
            assertThat(none).hasSize(1);
            assertThat(detail(none.get(0))).isEqualTo("an empty frame");
        }
        List<Inbound> none = read(Subprotocol.CBORSEQ, new byte[0]);
        assertThat(none).hasSize(1);
        assertThat(detail(none.get(0))).isEqualTo("an empty frame");
    }

    @Test
    @DisplayName("K11: a line that is no JSON is answered, and the next is read; broken CBOR ends its frame")
    void goesOnAfterABrokenLine() {
        List<Inbound> all = read(Subprotocol.NDJSON, ping(1) + "\n{\"type\":\n" + ping(2));
        assertThat(ids(all)).isEqualTo(List.of("1", "-", "2"));
        assertThat(detail(all.get(1))).isEqualTo("not JSON: it ends too early");

        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.writeBytes(Cbor.of(ping(1)));
        frame.writeBytes(HexFormat.of().parseHex("ff"));
        frame.writeBytes(Cbor.of(ping(2)));
        List<Inbound> broken = read(Subprotocol.CBORSEQ, frame.toByteArray());
        assertThat(ids(broken)).isEqualTo(List.of("1", "-"));
        assertThat(detail(broken.get(1))).contains("the rest of the frame is not read");
        byte[] cut = Cbor.of(ping(1));
        assertThat(ids(read(Subprotocol.CBORSEQ, java.util.Arrays.copyOf(cut, cut.length - 1))))
                .isEqualTo(List.of("-"));
    }

    @Test
    @DisplayName("K11: bounds of form hold for each message")
    void boundsEachMessage() {
        String deep = "{\"type\":\"publish\",\"topic\":\"t\",\"payload\":" + "[".repeat(9) + "]".repeat(9) + "}";
        List<Inbound> all = read(Subprotocol.NDJSON, deep + "\n" + ping(1) + "\n" + deep + "\n" + ping(2));
        assertThat(ids(all)).isEqualTo(List.of("-", "1", "-", "2"));
        assertThat(detail(all.get(0))).isEqualTo("nests deeper than 8");
    }

    @Test
    @DisplayName("K11: the wrong kind of frame is answered")
    void refusesTheWrongKind() {
        assertThat(detail(read(Subprotocol.NDJSON, Cbor.of(ping(1))).get(0)))
                .isEqualTo("this connection speaks JSON in text frames");
        for (Subprotocol spoken : List.of(Subprotocol.CBORSEQ, Subprotocol.CBORSEQ_DEFLATE)) {
            assertThat(detail(read(spoken, "\u0001").get(0))).isEqualTo("this connection speaks CBOR in binary frames");
        }
        assertThat(detail(read(Subprotocol.NDJSON_DEFLATE, new byte[] {2, 3}).get(0)))
                .isEqualTo("this connection speaks JSON in text frames");
    }

    @Test
    @DisplayName("K11: what a receiver throws is not taken for a fault of the frame")
    void letsReceiversFail() {
        RuntimeException bug = new IllegalStateException("bug");
        assertThatThrownBy(() -> codecs.open(Subprotocol.CBORSEQ).decode(ByteBuffer.wrap(Cbor.of(ping(1))), message -> {
                    throw bug;
                }))
                .isSameAs(bug);
    }

    @Test
    @DisplayName("K11: a client's payload with line breaks of its own is still one line")
    void keepsToALine() {
        String sent = "{\"type\":\"publish\",\"topic\":\"t\",\"payload\":{\n \"a\": [1,\r\n 2], \"b\": \"\\n\"\r}}";
        ClientMessage.Publish publish =
                (ClientMessage.Publish) codecs.open(Subprotocol.JSON).decode(sent);
        Event event = new Event(null, "t", "e", 1, new Publication("m", publish.payload(), 5));
        String text = ((EncodedFrame.Text) codecs.open(Subprotocol.NDJSON).encode(event)).text();
        assertThat(text).doesNotContain("\n", "\r");
        assertThat(((Map<?, ?>) JsonText.parse(text)).get("payload"))
                .isEqualTo(JsonText.parse(publish.payload().text()));
    }

    @Provide
    Arbitrary<List<String>> texts() {
        return Arbitraries.strings().ofMaxLength(400).list().ofMinSize(2).ofMaxSize(20);
    }

    private static EncodedFrame join(MessageCodec codec, List<EncodedFrame> frames) {
        long bytes = 0;
        for (int i = 1; i < frames.size(); i++) {
            bytes += frames.get(i - 1).bytes() + 1;
            assertThat(codec.joiner().mayFollow(frames.get(0), bytes - 1, frames.get(i)))
                    .isTrue();
        }
        return codec.joiner().join(frames);
    }

    private static List<JsonNode> messages(Packing packing, EncodedFrame frame) {
        return frame instanceof EncodedFrame.Text text
                ? packing.messages(text.text())
                : packing.messages(((EncodedFrame.Binary) frame).data().toArray());
    }

    @Property(tries = 200)
    void joinedAndSplitAreTheSame(@ForAll("texts") List<String> texts) {
        for (Subprotocol spoken : List.of(Subprotocol.NDJSON, Subprotocol.CBORSEQ)) {
            MessageCodec codec = new ObjectCodecs(64, 1 << 20).open(spoken);
            Packing packing = Packing.of(spoken.word());
            List<EncodedFrame> frames = new ArrayList<>();
            List<JsonNode> alone = new ArrayList<>();
            for (String text : texts) {
                EncodedFrame frame = codec.encode(new Push(null, "", "pong", Payloads.of("id", text)));
                frames.add(frame);
                alone.addAll(messages(packing, frame));
            }
            EncodedFrame joined = join(codec, frames);
            assertThat(messages(packing, joined)).isEqualTo(alone);
            assertThat(joined.bytes())
                    .isEqualTo(
                            joined instanceof EncodedFrame.Text text
                                    ? text.text().getBytes(StandardCharsets.UTF_8).length
                                    : ((EncodedFrame.Binary) joined).data().length());
        }
    }

    @Test
    @DisplayName("K11: messages of every size, joined at random, are the same messages")
    void joinsAtRandom() {
        Random random = new Random(11);
        for (Subprotocol spoken : sequences()) {
            Packing packing = Packing.of(spoken.word());
            MessageCodec codec = codecs.open(spoken);
            for (int round = 0; round < 100; round++) {
                List<JsonNode> expected = new ArrayList<>();
                List<JsonNode> actual = new ArrayList<>();
                List<EncodedFrame> waiting = new ArrayList<>();
                for (int i = 0; i < 30; i++) {
                    String text = "é€😀x".repeat(random.nextInt(40)) + random.nextLong();
                    EncodedFrame frame = codec.encode(new Push(null, "", "pong", Payloads.of("id", text)));
                    expected.addAll(messages(packing, frame));
                    if (!waiting.isEmpty() && !codec.joiner().mayFollow(waiting.get(0), 0, frame)) {
                        flush(codec, packing, waiting, actual);
                    }
                    waiting.add(frame);
                    if (random.nextInt(5) == 0) {
                        flush(codec, packing, waiting, actual);
                    }
                }
                flush(codec, packing, waiting, actual);
                assertThat(actual).isEqualTo(expected);
            }
        }
    }

    private static void flush(MessageCodec codec, Packing packing, List<EncodedFrame> waiting, List<JsonNode> actual) {
        if (waiting.size() > 1) {
            actual.addAll(messages(packing, codec.joiner().join(waiting)));
        } else {
            waiting.forEach(frame -> actual.addAll(messages(packing, frame)));
        }
        waiting.clear();
    }

    @Test
    @DisplayName("K11: text and bytes are not joined, and neither is what is compressed")
    void keepsKindsApart() {
        FrameJoiner joiner = codecs.open(Subprotocol.CBORSEQ_DEFLATE).joiner();
        EncodedFrame text = new EncodedFrame.Text("a", 1);
        EncodedFrame bytes = new EncodedFrame.Binary(Bytes.copyOf(new byte[2]));
        EncodedFrame compressed = new EncodedFrame.Binary(Bytes.copyOf(new byte[2]), 9);
        assertThat(joiner.mayFollow(bytes, 2, bytes)).isTrue();
        assertThat(joiner.mayFollow(text, 1, bytes)).isFalse();
        assertThat(joiner.mayFollow(bytes, 2, compressed)).isFalse();
        assertThat(joiner.mayFollow(compressed, 2, bytes)).isFalse();
        assertThat(Collections.singleton(compressed.savedBytes())).containsExactly(7);
    }
}
