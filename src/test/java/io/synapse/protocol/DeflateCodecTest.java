package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.ThreadMXBean;
import io.synapse.protocol.Invalid.Kind;
import io.synapse.protocol.ServerMessage.Event;
import io.synapse.protocol.ServerMessage.Push;
import io.synapse.testing.Packing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compression of what is large, and what an attacker makes of it. */
@Tag("K11")
class DeflateCodecTest {

    private static final int MAX_BYTES = 1 << 16;
    private static final int THRESHOLD = 1024;
    private static final byte MARK = 1;

    private final ObjectCodecs codecs = new ObjectCodecs(64, MAX_BYTES, new FrameBounds(1 << 16, 256, THRESHOLD));
    private final MessageCodec json = codecs.open(Subprotocol.NDJSON_DEFLATE);

    private static Event event(String text) {
        return new Event(
                null, "public:news", "e", 7, new Publication("m", RawJson.of(Payloads.of("text", text)), 1_000_000));
    }

    private static byte[] bytes(EncodedFrame frame) {
        return ((EncodedFrame.Binary) frame).data().toArray();
    }

    private List<Inbound> read(byte[] frame) {
        List<Inbound> all = new ArrayList<>();
        json.decode(ByteBuffer.wrap(frame), all::add);
        return all;
    }

    private Invalid only(byte[] frame) {
        List<Inbound> all = read(frame);
        assertThat(all).hasSize(1);
        return (Invalid) all.get(0);
    }

    @ParameterizedTest
    @EnumSource(
            value = Subprotocol.class,
            names = {"NDJSON_DEFLATE", "CBORSEQ_DEFLATE"})
    @DisplayName("K11: what is large is compressed, what is small is as it is without compression")
    void compressesWhatIsLarge(Subprotocol spoken) {
        MessageCodec codec = codecs.open(spoken);
        MessageCodec plain = codecs.open(spoken.format());
        Push small = new Push(null, "", "pong", Payloads.of("id", "x".repeat(THRESHOLD - 40)));
        assertThat(codec.encode(small)).isEqualTo(plain.encode(small));
        Push large = new Push(null, "", "pong", Payloads.of("id", "x".repeat(THRESHOLD)));
        EncodedFrame frame = codec.encode(large);
        assertThat(bytes(frame)[0]).isEqualTo(MARK);
        assertThat(frame.bytes()).isLessThan(100);
        assertThat(frame.savedBytes()).isEqualTo(plain.encode(large).bytes() - frame.bytes());
        List<JsonNode> messages = Packing.of(spoken.word()).messages(bytes(frame));
        assertThat(messages).hasSize(1);
        assertThat(messages.get(0).path("id").asText()).isEqualTo("x".repeat(THRESHOLD));
    }

    @Test
    @DisplayName("K11: what compression does not make smaller goes as it is")
    void leavesNoiseAlone() {
        byte[] noise = new byte[THRESHOLD];
        new Random(1).nextBytes(noise);
        assertThat(Deflate.deflate(noise, MARK)).isEmpty();
        assertThat(Deflate.deflate(new byte[0], MARK)).isEmpty();
        assertThat(Deflate.deflate(new byte[1], MARK)).isEmpty();
        Push tiny = new Push(null, "", "pong", Payloads.of("id", "x"));
        MessageCodec eager =
                new ObjectCodecs(64, MAX_BYTES, new FrameBounds(1 << 16, 256, 1)).open(Subprotocol.NDJSON_DEFLATE);
        assertThat(eager.encode(tiny)).isEqualTo(codecs.open(Subprotocol.JSON).encode(tiny));
    }

    @Test
    @DisplayName("K11: a publication is encoded once a format and compressed once a format, for all who receive it")
    void compressesOnce() {
        Event large = event("news ".repeat(THRESHOLD));
        AtomicInteger written = new AtomicInteger();
        Event counted = new Event(
                null,
                large.topic(),
                large.epoch(),
                large.offset(),
                new Publication(
                        "m",
                        RawJson.of(generator -> {
                            written.incrementAndGet();
                            large.publication().payload().writeTo(generator);
                        }),
                        1));
        List<EncodedFrame> first = new ArrayList<>();
        for (Subprotocol spoken : Subprotocol.values()) {
            first.add(codecs.open(spoken).encode(counted));
        }
        for (int round = 0; round < 3; round++) {
            for (Subprotocol spoken : Subprotocol.values()) {
                assertThat(codecs.open(spoken).encode(counted)).as("%s", spoken).isSameAs(first.get(spoken.ordinal()));
            }
        }
        assertThat(first.get(Subprotocol.NDJSON.ordinal())).isSameAs(first.get(Subprotocol.JSON.ordinal()));
        assertThat(first.get(Subprotocol.CBORSEQ.ordinal())).isSameAs(first.get(Subprotocol.CBOR.ordinal()));
        assertThat(first.stream().distinct()).hasSize(4);

        Event small = event("news");
        assertThat(json.encode(small))
                .isSameAs(codecs.open(Subprotocol.JSON).encode(small))
                .isInstanceOf(EncodedFrame.Text.class);
    }

    @Test
    @DisplayName("K11: a client's compressed messages are read")
    void readsCompressed() {
        assertThat(read((byte[]) Packing.of("ndjson.deflate").frame("{\"type\":\"ping\"}", "{\"type\":\"pong\"}")))
                .hasSize(2)
                .allMatch(ClientMessage.class::isInstance);
        List<Inbound> text = new ArrayList<>();
        json.decode("{\"type\":\"ping\"}\n{\"type\":\"ping\"}", text::add);
        assertThat(text).hasSize(2).allMatch(ClientMessage.class::isInstance);
    }

    @Test
    @DisplayName("K11: a client may send as much as without compression, to the byte, and no more")
    void boundsWhatComesOut() {
        String start = "{\"type\":\"ping\",\"x\":\"";
        String end = "\"}";
        String most = start + "y".repeat(MAX_BYTES - start.length() - end.length()) + end;
        assertThat(read(Packing.deflated(most.getBytes(StandardCharsets.UTF_8))))
                .hasSize(1)
                .allMatch(ClientMessage.class::isInstance);
        Invalid more = only(Packing.deflated((most + " ").getBytes(StandardCharsets.UTF_8)));
        assertThat(more.kind()).isEqualTo(Kind.TOO_BIG);
        assertThat(more.detail()).isEqualTo("compressed data hold more than 65536 bytes");
    }

    @Test
    @DisplayName("K11: a bomb is refused before it takes more memory than a message may")
    void refusesBombs() {
        byte[] bomb = Packing.bomb(64 << 20, ' ');
        assertThat(bomb.length).isLessThan(70_000);
        assertThat(only(bomb).kind()).isEqualTo(Kind.TOO_BIG);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        read(bomb);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(4L * MAX_BYTES + bomb.length);
        // One within the other is no message, and nothing inflates it.
        assertThat(only(Packing.deflated(Packing.bomb(MAX_BYTES, ' '))).kind()).isEqualTo(Kind.FRAME);
    }

    @Test
    @DisplayName("K11: what is no whole stream of DEFLATE is answered")
    void refusesWhatIsNone() {
        byte[] good = Packing.deflated("{\"type\":\"ping\"}".getBytes(StandardCharsets.UTF_8));
        for (int length = 1; length < good.length; length++) {
            assertThat(only(Arrays.copyOf(good, length)).detail()).isEqualTo("compressed data end too early");
        }
        assertThat(only(Arrays.copyOf(good, good.length + 1)).detail())
                .isEqualTo("something follows the compressed data");
        assertThat(only(new byte[] {MARK, -1, -1, -1}).detail()).isEqualTo("not compressed with DEFLATE");
        assertThat(only(Packing.deflated(new byte[] {'"', -1})).detail()).isEqualTo("not UTF-8");
        assertThat(only(Packing.deflated(new byte[0])).detail()).isEqualTo("an empty frame");
        assertThat(only(new byte[0]).kind()).isEqualTo(Kind.FRAME);
    }

    @Test
    @DisplayName("K11: whatever the bytes are, they are answered")
    void neverThrows() {
        Random random = new Random(20_260_101);
        byte[] good = (byte[]) Packing.of("cborseq.deflate").frame("{\"type\":\"ping\",\"id\":1}", "{\"type\":\"x\"}");
        MessageCodec cbor = codecs.open(Subprotocol.CBORSEQ_DEFLATE);
        for (int i = 0; i < 20_000; i++) {
            byte[] frame = random.nextBoolean() ? good.clone() : new byte[1 + random.nextInt(100)];
            if (frame.length != good.length) {
                random.nextBytes(frame);
            }
            for (int changes = random.nextInt(3); changes > 0; changes--) {
                frame[1 + random.nextInt(frame.length) - 1] = (byte) random.nextInt(256);
            }
            frame[0] = random.nextInt(10) > 0 ? MARK : frame[0];
            AtomicInteger answers = new AtomicInteger();
            cbor.decode(ByteBuffer.wrap(frame), message -> answers.incrementAndGet());
            json.decode(ByteBuffer.wrap(frame), message -> answers.incrementAndGet());
            assertThat(answers.get()).as(Arrays.toString(frame)).isGreaterThanOrEqualTo(2);
        }
    }

    @Property(tries = 300)
    void inflatedIsWhatWasDeflated(@ForAll byte[] noise, @ForAll byte letter) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(noise);
        byte[] same = new byte[200];
        Arrays.fill(same, letter);
        all.writeBytes(same);
        byte[] plain = all.toByteArray();
        byte[] data = Deflate.deflate(plain, MARK).orElseThrow();
        assertThat(data[0]).isEqualTo(MARK);
        assertThat(Deflate.inflate(data, 1, plain.length)).isEqualTo(plain);
        assertThatThrownBy(() -> Deflate.inflate(data, 1, plain.length - 1))
                .isInstanceOf(Deflate.TooLargeException.class);
    }
}
