package io.synapse.bench.jmh;

import io.synapse.protocol.Address;
import io.synapse.protocol.EncodedFrame;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.MessageCodec;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the codec needs for the frames of a query and of a ping, in version 2. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {

    private static final String TOPIC = "cortex:bench";
    private static final String QUERY = "[\"1\",\"1000000001\",\"cortex:bench\",\"query\","
            + "{\"q\":\"What does a message cost?\",\"ref\":\"1000000001\"}]";
    private static final String PING = "[\"1\",\"1000000001\",\"cortex:bench\",\"ping\",{}]";
    private static final long NOW = 1_767_225_600_123L;

    private final MessageCodec codec = new PhoenixCodecs(64, 1 << 20).open(PhoenixCodec.Version.V2);
    private final Ref joinRef = Ref.of("1");
    private final Address asked = new Address(joinRef, Ref.of("1000000001"), TOPIC);

    /** Reads the question. */
    @Benchmark
    public Inbound decodeQuery() {
        return codec.decode(QUERY);
    }

    /** Reads the shortest message. */
    @Benchmark
    public Inbound decodePing() {
        return codec.decode(PING);
    }

    /** Writes one thought, with its payload as the router makes it. */
    @Benchmark
    public EncodedFrame encodeThought() {
        return codec.encode(new ServerMessage.Push(
                joinRef,
                TOPIC,
                "thought",
                Payloads.thought(
                        "1000000001",
                        7,
                        7,
                        "text",
                        "a few words, as models send them ",
                        OptionalDouble.empty(),
                        NOW,
                        false)));
    }

    /** Writes a thought that is not ASCII. */
    @Benchmark
    public EncodedFrame encodeThoughtWithUmlauts() {
        return codec.encode(new ServerMessage.Push(
                joinRef,
                TOPIC,
                "thought",
                Payloads.thought(
                        "1000000001",
                        7,
                        7,
                        "text",
                        "einige Wörter, für Gäste übersetzt ",
                        OptionalDouble.empty(),
                        NOW,
                        false)));
    }

    /** Writes the result. */
    @Benchmark
    public EncodedFrame encodeResult() {
        return codec.encode(new ServerMessage.Push(
                joinRef,
                TOPIC,
                "result",
                Payloads.result("1000000001", "success", Map.of("answer", "done"), 16, 1, 20, false)));
    }

    /** Writes the reply to a query. */
    @Benchmark
    public EncodedFrame encodeReply() {
        return codec.encode(new ServerMessage.Reply(
                asked, ServerMessage.Status.OK, Payloads.of("ref", "1000000001", "status", "processing")));
    }
}
