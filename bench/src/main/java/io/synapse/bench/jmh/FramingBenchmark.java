package io.synapse.bench.jmh;

import io.synapse.protocol.EncodedFrame;
import io.synapse.protocol.FrameJoiner;
import io.synapse.protocol.MessageCodec;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.Subprotocol;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What joining and compressing cost on {@code /ws}, beside encoding. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FramingBenchmark {

    private static final int WAITING = 16;
    private static final String[] WORDS =
            "the answer of a query is streamed as numbered thoughts to everyone who follows it".split(" ");

    /** The size of the text in a message, in characters. */
    @Param({"200", "1024", "4096", "65536"})
    public int size;

    private final ObjectCodecs codecs = new ObjectCodecs(64, 1 << 20);
    private final MessageCodec plain = codecs.open(Subprotocol.NDJSON);
    private final MessageCodec deflating = codecs.open(Subprotocol.NDJSON_DEFLATE);
    private final FrameJoiner lines = plain.joiner();
    private final FrameJoiner sequence = codecs.open(Subprotocol.CBORSEQ).joiner();
    private ServerMessage message;
    private List<EncodedFrame> texts;
    private List<EncodedFrame> maps;

    /** Words at random, which compress as prose does. */
    @Setup
    public void write() {
        Random random = new Random(5);
        StringBuilder text = new StringBuilder();
        while (text.length() < size) {
            text.append(WORDS[random.nextInt(WORDS.length)])
                    .append(' ')
                    .append(random.nextInt(1000))
                    .append(' ');
        }
        message = new ServerMessage.Push(null, "", "message", Payloads.of("text", text.substring(0, size)));
        texts = Collections.nCopies(WAITING, plain.encode(message));
        maps = Collections.nCopies(WAITING, codecs.open(Subprotocol.CBORSEQ).encode(message));
    }

    /** Writes a message. */
    @Benchmark
    public EncodedFrame encode() {
        return plain.encode(message);
    }

    /** Writes a message and compresses it, if it is large enough. */
    @Benchmark
    public EncodedFrame encodeAndDeflate() {
        return deflating.encode(message);
    }

    /** Joins 16 messages in JSON. */
    @Benchmark
    public EncodedFrame joinLines() {
        return lines.join(texts);
    }

    /** Joins 16 messages in CBOR. */
    @Benchmark
    public EncodedFrame joinSequence() {
        return sequence.join(maps);
    }
}
