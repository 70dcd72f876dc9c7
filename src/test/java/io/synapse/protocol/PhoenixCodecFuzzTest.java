package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.synapse.protocol.PhoenixCodec.Version;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames as an attacker would make them. Each failure names the seed and the case that repeat it. */
@Tag("M5")
@Timeout(60)
class PhoenixCodecFuzzTest {

    private static final int CASES = 60_000;

    // A character of a frame costs its text, its copy in the parser and, in JSON of tiny fields, an object or two.
    private static final int BYTES_PER_BYTE = 64;
    private static final int BYTES_PER_FRAME = 64 * 1024;

    private static final List<String> SEEDS = List.of(
            "[\"3\",\"3\",\"cortex:guide\",\"phx_join\",{\"token\":\"t\",\"thoughts\":\"nested\",\"after_seq\":12}]",
            "[null,\"7\",\"phoenix\",\"heartbeat\",{}]",
            "{\"topic\":\"cortex:a\",\"event\":\"query\",\"payload\":{\"q\":\"What is 2+2?\",\"ref\":\"q1\",\"pace\":1.5e2},\"ref\":1}",
            "[\"3\",\"9\",\"t\",\"interrupt\",{\"ref\":\"r\",\"reason\":\"\\u00e9\\ud83d\\ude00\",\"x\":[[{}],null,true,-0.5]}]",
            "{\"event\":\"resume\",\"payload\":{\"ref\":\"r\",\"after_seq\":9223372036854775807}}");
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
        "\\u",
        "\\ud800",
        "\ud800",
        "\u0000",
        "\ufeff",
        "\u001b[0m",
        "[".repeat(200),
        "{\"a\":".repeat(100),
        "\"topic\":",
        "\"payload\":",
        "é",
        "😀",
        " "
    };

    private final PhoenixCodec codec = new PhoenixCodecs(64, 1 << 20).open(Version.V2);

    static long[] seeds() {
        return new long[] {20_250_101L, new Random().nextLong()};
    }

    private interface Decoding {
        Inbound run();
    }

    private static void check(String what, int size, Decoding decoding) {
        long bound = (long) BYTES_PER_BYTE * size + BYTES_PER_FRAME;
        long allocated = allocated(what, decoding);
        // The first frame of a kind also pays for classes that are loaded once; what is paid again is the frame's own.
        for (int again = 0; allocated > bound && again < 3; again++) {
            allocated = allocated(what, decoding);
        }
        if (allocated > bound) {
            throw new AssertionError(allocated + " bytes allocated for " + size + " of " + what);
        }
    }

    private static long allocated(String what, Decoding decoding) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Inbound inbound;
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            inbound = decoding.run();
        } catch (Throwable e) {
            throw new AssertionError("decoding threw for " + what, e);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        if (inbound == null || inbound.address() == null) {
            throw new AssertionError("no answer for " + what);
        }
        return allocated;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void mutatedTextNeverThrows(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < CASES; i++) {
            String frame = FuzzText.mutated(random, SEEDS, TOKENS);
            check("seed " + seed + " case " + i + ": " + frame, frame.length(), () -> codec.decode(frame));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void randomTextNeverThrows(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < CASES / 2; i++) {
            StringBuilder frame = new StringBuilder(random.nextBoolean() ? "[" : "{");
            for (int tokens = random.nextInt(30); tokens > 0; tokens--) {
                frame.append(TOKENS[random.nextInt(TOKENS.length)]);
            }
            String text = frame.toString();
            check("seed " + seed + " case " + i + ": " + text, text.length(), () -> codec.decode(text));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void mutatedAndRandomBytesNeverThrow(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < CASES; i++) {
            byte[] frame = random.nextInt(4) == 0 ? randomBytes(random) : mutatedBytes(random);
            check("seed " + seed + " case " + i, frame.length, () -> codec.decode(ByteBuffer.wrap(frame)));
        }
    }

    private static byte[] randomBytes(Random random) {
        byte[] frame = new byte[random.nextInt(300)];
        random.nextBytes(frame);
        if (frame.length > 0 && random.nextBoolean()) {
            frame[0] = 0;
        }
        return frame;
    }

    private static byte[] mutatedBytes(Random random) {
        String[] events = {"query", "ping", "phx_join", "resume"};
        String data = random.nextBoolean() ? "{\"q\":\"été\",\"ref\":\"r\"}" : FuzzText.mutated(random, SEEDS, TOKENS);
        byte[] frame = PhoenixCodecBinaryTest.push(
                "3", "4", "cortex:a", events[random.nextInt(events.length)], data.getBytes(StandardCharsets.UTF_8));
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            frame[random.nextInt(frame.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(5) == 0 ? java.util.Arrays.copyOf(frame, random.nextInt(frame.length)) : frame;
    }

    @Test
    void aBigFrameAllocatesInProportion() {
        int size = 1_000_000;
        List<String> bombs = List.of(
                "[null,\"1\",\"t\",\"query\",{\"q\":\"" + "x".repeat(size) + "\",\"ref\":\"r\"}]",
                "[null,\"1\",\"t\",\"query\",{\"q\":\"" + "é".repeat(size) + "\",\"ref\":\"r\"}]",
                "[null,\"1\",\"t\",\"query\",{\"q\":\"" + "\\n".repeat(size / 2) + "\",\"ref\":\"r\"}]",
                "[null,\"1\",\"t\",\"query\",{" + "\"a\":1,".repeat(size / 6) + "\"q\":1}]",
                "[null,\"1\",\"t\",\"query\",{\"a\":[" + "1,".repeat(size / 2) + "1]}]",
                "[null,\"1\",\"t\",\"query\",{\"a\":[" + "{},".repeat(size / 3) + "1]}]",
                "[null,\"1\",\"t\",\"query\",{\"a\":[" + "\"\",".repeat(size / 3) + "1]}]",
                "[null,\"1\",\"t\",\"query\",{\"a\":[" + "1.5e300,".repeat(size / 8) + "1]}]",
                "[null,\"1\",\"t\",\"query\",{" + "\"a\":1e300,".repeat(size / 10) + "\"q\":1}]",
                "{" + "\"topic\":\"t\",".repeat(size / 12) + "\"event\":\"query\"}",
                "{" + "\"\":{},".repeat(size / 6) + "\"event\":\"query\"}",
                "[" + "null,".repeat(size / 5) + "null]",
                "[".repeat(size),
                "{\"a\":".repeat(size / 5),
                "9".repeat(size),
                "\"" + "x".repeat(size) + "\"");
        for (String bomb : bombs) {
            check("a frame that begins with " + bomb.substring(0, 50), bomb.length(), () -> codec.decode(bomb));
            byte[] binary = PhoenixCodecBinaryTest.push("", "1", "t", "query", bomb.getBytes(StandardCharsets.UTF_8));
            check("binary", binary.length, () -> codec.decode(ByteBuffer.wrap(binary)));
        }
        byte[] object = PhoenixCodecBinaryTest.push(
                "", "1", "t", "query", ("{\"q\":\"" + "x".repeat(size) + "\"}").getBytes(StandardCharsets.UTF_8));
        check("binary", object.length, () -> codec.decode(ByteBuffer.wrap(object)));
    }

    @Test
    void theSeedFramesAreValid() {
        assertThat(SEEDS).allSatisfy(seed -> assertThat(codec.decode(seed)).isInstanceOf(ClientMessage.class));
    }
}
