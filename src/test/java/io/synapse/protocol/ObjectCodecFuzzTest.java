package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.synapse.protocol.ObjectCodecs.Format;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Messages as an attacker would make them, in both formats. Each failure names the seed and the case that repeat it. */
@Tag("K3")
@Timeout(120)
class ObjectCodecFuzzTest {

    private static final int CASES = 30_000;
    private static final int MAX_BYTES = 1 << 20;

    private static final int BYTES_PER_BYTE = 64;
    // CBOR announces lengths, for which its parser makes a quarter of a megabyte at most before it sees the bytes.
    private static final int BYTES_PER_FRAME = 600 * 1024;

    private static final List<String> SEEDS = List.of(
            "{\"id\":1,\"type\":\"subscribe\",\"topics\":[\"a:*\",\"b\"],\"events\":[\"x\"],"
                    + "\"positions\":{\"b\":{\"offset\":12,\"epoch\":\"e\"}},\"policy\":\"block\",\"ack\":true}",
            "{\"type\":\"publish\",\"topic\":\"t\",\"event_type\":\"e\",\"payload\":{\"a\":[1.5e2,null,{}]},\"idempotency_key\":\"k\"}",
            "{\"id\":\"q\",\"type\":\"query\",\"q\":\"What is 2+2?\",\"ref\":\"q1\",\"pace\":1.5,\"agent\":\"guide\"}",
            "{\"channel\":\"pillar:content\",\"intent\":\"\\u00e9\\ud83d\\ude00\",\"payload\":[[{}],null,true,-0.5]}",
            "{\"agent_type\":\"guide\",\"pillar\":\"content\",\"message\":{\"x\":\"y\"}}",
            "{\"type\":\"send\",\"connection_id\":\"c\",\"payload\":9223372036854775807}",
            "{\"type\":\"history\",\"topic\":\"t\",\"offset\":1,\"epoch\":\"e\",\"limit\":5,\"reverse\":true}");
    private static final String[] TOKENS = {
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "\"",
        "\\",
        "null",
        "true",
        "1e999",
        "-",
        "9".repeat(70),
        "\\ud800",
        "\ud800",
        "\u0000",
        "[".repeat(200),
        "{\"a\":".repeat(100),
        "\"type\":",
        "\"payload\":",
        "\"topics\":",
        "\"id\":",
        "é",
        " "
    };

    private final ObjectCodecs codecs = new ObjectCodecs(64, MAX_BYTES);
    private final ObjectCodec json = codecs.open(Format.JSON);
    private final ObjectCodec cbor = codecs.open(Format.CBOR);

    static long[] seeds() {
        return new long[] {20_260_101L, new Random().nextLong()};
    }

    private static void check(Supplier<String> what, int size, Supplier<Inbound> decoding) {
        long bound = (long) BYTES_PER_BYTE * size + BYTES_PER_FRAME;
        long allocated = allocated(what, decoding);
        // The first message of a kind also pays for classes that are loaded once.
        for (int again = 0; allocated > bound && again < 3; again++) {
            allocated = allocated(what, decoding);
        }
        if (allocated > bound) {
            throw new AssertionError(allocated + " bytes allocated for " + size + " of " + what.get());
        }
    }

    private static long allocated(Supplier<String> what, Supplier<Inbound> decoding) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Inbound inbound;
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            inbound = decoding.get();
        } catch (Throwable e) {
            throw new AssertionError("decoding threw for " + what.get(), e);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        if (inbound == null || inbound.address() == null) {
            throw new AssertionError("no answer for " + what.get());
        }
        return allocated;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void mutatedTextNeverThrows(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < CASES; i++) {
            String frame = FuzzText.mutated(random, SEEDS, TOKENS);
            int number = i;
            check(() -> "seed " + seed + " case " + number + ": " + frame, frame.length(), () -> json.decode(frame));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void mutatedAndRandomBytesNeverThrow(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < CASES; i++) {
            byte[] frame = random.nextInt(4) == 0 ? new byte[random.nextInt(200)] : mutatedBytes(random);
            if (frame.length > 0 && frame[0] == 0) {
                random.nextBytes(frame);
                // A map, in most cases.
                frame[0] = (byte) (0xa0 + random.nextInt(32));
            }
            int number = i;
            check(
                    () -> "seed " + seed + " case " + number + ": "
                            + HexFormat.of().formatHex(frame),
                    frame.length,
                    () -> cbor.decode(ByteBuffer.wrap(frame)));
        }
    }

    private static byte[] mutatedBytes(Random random) {
        byte[] frame = Cbor.of(SEEDS.get(random.nextInt(SEEDS.size())));
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(5) == 0 ? Arrays.copyOf(frame, random.nextInt(frame.length)) : frame;
    }

    private static byte[] message(byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(HexFormat.of().parseHex("a1677061796c6f6164"));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static byte[] hex(String head, int repetitions, String again) {
        return HexFormat.of().parseHex(head + again.repeat(repetitions));
    }

    @Test
    @DisplayName("K3: what CBOR can say in few bytes and JSON only in many is bounded by what it says")
    void bombsOfCbor() {
        String text = HexFormat.of().formatHex("x".repeat(50_000).getBytes(StandardCharsets.US_ASCII));
        List<byte[]> bombs = List.of(
                // A namespace of shared texts (tag 256): one long text, and a hundred thousand references to it.
                hex("d901009f" + "79c350" + text, 100_000, "d81900"),
                // A whole number of a megabyte, and a fraction with one.
                hex("c25a000f4240", 1_000_000, "ff"),
                hex("c4821bffffffffffffffffc25a000f4240", 1_000_000, "ff"),
                hex("c4821a7fffffff01", 0, ""),
                hex("c4823a7fffffff01", 0, ""),
                // Texts and bytes that announce more than there is.
                hex("7a7fffffff", 10, "61"),
                hex("5a7fffffff", 10, "61"),
                hex("7b7fffffffffffffff", 10, "61"),
                hex("5bffffffffffffffff", 10, "61"),
                hex("9b7fffffffffffffff", 10, "61"),
                hex("bb7fffffffffffffff", 10, "61"),
                // Depth, tags on tags, endless pieces, simple values, undefined.
                hex("", 100_000, "81"),
                hex("", 100_000, "c1"),
                hex("", 100_000, "9f"),
                hex("7f", 100_000, "6161"),
                hex("9f", 100_000, "e0"),
                hex("9f", 100_000, "f7"),
                hex("9f", 100_000, "f97e00"));
        for (byte[] bomb : bombs) {
            byte[] frame = message(bomb);
            String start = HexFormat.of().formatHex(Arrays.copyOf(frame, Math.min(40, frame.length)));
            check(
                    () -> "a message that begins with " + start,
                    Math.max(frame.length, MAX_BYTES / 8),
                    () -> cbor.decode(ByteBuffer.wrap(frame)));
        }
    }

    @Test
    @DisplayName("K3: a big message allocates in proportion")
    void bigMessages() {
        int size = 1_000_000;
        for (String bomb : List.of(
                "{\"channel\":\"guide\",\"payload\":\"" + "x".repeat(size) + "\"}",
                "{\"channel\":\"guide\",\"payload\":[" + "{},".repeat(size / 3) + "1]}",
                "{\"type\":\"subscribe\",\"topics\":[" + "\"a\",".repeat(size / 4) + "\"b\"]}",
                "{\"type\":\"subscribe\",\"topic\":\"a\",\"positions\":{" + "\"a\":{},".repeat(size / 7) + "\"b\":{}}}",
                "{" + "\"type\":\"ping\",".repeat(size / 14) + "\"id\":1}",
                "{\"id\":\"" + "x".repeat(size) + "\",\"type\":\"ping\"}",
                "{\"type\":\"" + "x".repeat(size) + "\"}",
                "{\"a\":".repeat(size / 5),
                "[".repeat(size))) {
            check(() -> "a message that begins with " + bomb.substring(0, 50), bomb.length(), () -> json.decode(bomb));
        }
    }

    @Test
    @DisplayName("K9: a text that UTF-8 has no bytes for is still sent to those who read CBOR")
    void halvesOfCharacters() {
        ClientMessage.Publish publish =
                (ClientMessage.Publish) json.decode("{\"type\":\"publish\",\"topic\":\"t\",\"payload\":\"a\\ud800b\"}");
        EncodedFrame frame = cbor.encode(
                new ServerMessage.Event(null, "t", "e", 1, new Publication(publish.event(), publish.payload(), 1)));
        assertThat(Cbor.parse(frame).toString()).contains("payload=a\ufffdb");
    }

    @Test
    void theSeedsAreValid() {
        assertThat(SEEDS).allSatisfy(seed -> {
            assertThat(json.decode(seed)).isInstanceOf(ClientMessage.class);
            assertThat(cbor.decode(ByteBuffer.wrap(Cbor.of(seed)))).isInstanceOf(ClientMessage.class);
        });
    }
}
