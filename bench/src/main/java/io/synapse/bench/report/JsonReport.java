package io.synapse.bench.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.bench.server.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Every run as JSON, for programs that compare reports. */
public final class JsonReport {

    private JsonReport() {}

    /**
     * Writes a report.
     *
     * @param file made anew
     * @param server which was measured
     * @param comparisons what came of it
     * @throws IOException if it cannot be written
     */
    public static void write(Path file, String server, List<Comparison> comparisons) throws IOException {
        try (JsonGenerator json =
                new JsonFactory().createGenerator(Files.newBufferedWriter(file)).useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("server", server);
            json.writeStringField("time", Instant.now().toString());
            json.writeStringField("java", System.getProperty("java.version"));
            json.writeNumberField("processors", Runtime.getRuntime().availableProcessors());
            json.writeArrayFieldStart("workloads");
            for (Comparison comparison : comparisons) {
                write(json, comparison);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    private static void write(JsonGenerator json, Comparison comparison) throws IOException {
        json.writeStartObject();
        json.writeStringField("workload", comparison.workload());
        json.writeNumberField("connections", comparison.connections());
        if (comparison.isComplete()) {
            json.writeNumberField("cpu_ratio", comparison.ratio());
        } else {
            json.writeStringField("problem", comparison.problem());
        }
        for (Map.Entry<Side, List<Measurement>> side : comparison.runs().entrySet()) {
            json.writeArrayFieldStart(side.getKey().word());
            for (Measurement run : side.getValue()) {
                write(json, run);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Measurement run) throws IOException {
        json.writeStartObject();
        json.writeNumberField("messages", run.messages());
        json.writeNumberField("seconds", run.seconds());
        json.writeNumberField("messages_per_second", run.perSecond());
        json.writeNumberField("p50_ms", run.p50());
        json.writeNumberField("p99_ms", run.p99());
        json.writeNumberField("p999_ms", run.p999());
        json.writeNumberField("generator_lag_p99_ms", run.lagP99());
        json.writeNumberField("server_cpu_s", run.serverCpuSeconds());
        json.writeNumberField("server_kernel_cpu_s", run.kernelCpuSeconds());
        json.writeNumberField("compiler_cpu_s", run.compilerCpuSeconds());
        json.writeNumberField("generator_cpu_s", run.clientCpuSeconds());
        json.writeNumberField("cpu_us_per_message", run.cpuMicros());
        json.writeEndObject();
    }
}
