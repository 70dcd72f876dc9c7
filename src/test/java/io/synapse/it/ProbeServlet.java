package io.synapse.it;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.connection.Connection;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.connection.Outbox;
import io.synapse.topic.TopicHub;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Tells what no client can see of the server: {@code GET /probe} its threads and tables, and with {@code ?gc} the heap
 * that is left after garbage collection. {@code POST /probe?crash=X} makes the class X fail once, see {@link ProbeClock}.
 */
@WebServlet("/probe")
public class ProbeServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    private static final int MOST_COLLECTIONS = 12;
    private static final long STABLE_BYTES = 64 * 1024;

    private final transient JsonFactory json = new JsonFactory();

    @Inject
    private transient ConnectionRegistry registry;

    @Inject
    private transient TopicHub topics;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long heap = request.getParameter("gc") == null ? 0 : heapAfterCollection();
        response.setContentType("application/json");
        try (JsonGenerator out = json.createGenerator(response.getOutputStream())) {
            out.writeStartObject();
            out.writeNumberField("heap", heap);
            writeThreads(out);
            out.writeNumberField("closing", closing());
            out.writeNumberField("agents", registry.agents());
            out.writeNumberField("subscriptions", topics.status().subscriptions());
            writeConnections(out, registry.listActive());
            out.writeEndObject();
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) {
        ProbeClock.failOnceIn(request.getParameter("crash"));
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    // The end of one collection may free what only the next one finds; so collect until that brings nothing any more.
    private static long heapAfterCollection() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        long least = Long.MAX_VALUE;
        int stable = 0;
        for (int i = 0; i < MOST_COLLECTIONS && stable < 2; i++) {
            memory.gc();
            long used = memory.getHeapMemoryUsage().getUsed();
            stable = used > least - STABLE_BYTES ? stable + 1 : 0;
            least = Math.min(least, used);
        }
        return least;
    }

    private static void writeThreads(JsonGenerator out) throws IOException {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        Map<String, Integer> byName = new TreeMap<>();
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null) {
                byName.merge(thread.getThreadName().replaceAll("\\d+", "#"), 1, Integer::sum);
            }
        }
        out.writeObjectFieldStart("threads");
        for (Map.Entry<String, Integer> entry : byName.entrySet()) {
            out.writeNumberField(entry.getKey(), entry.getValue());
        }
        out.writeEndObject();
    }

    // By its name, as the class is the product's own business.
    private static long closing() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> Stream.of(stack)
                        .anyMatch(at -> at.getClassName().equals("io.synapse.endpoint.JakartaTransport")
                                && at.getMethodName().equals("closeNow")))
                .count();
    }

    private static void writeConnections(JsonGenerator out, List<Connection> connections) throws IOException {
        out.writeArrayFieldStart("connections");
        for (Connection connection : connections) {
            Outbox.Status status = connection.status();
            out.writeStartObject();
            out.writeStringField("id", connection.id());
            out.writeNumberField("messages", status.messages());
            out.writeNumberField("bytes", status.bytes());
            out.writeNumberField("sent", status.sent());
            out.writeStringField("idle_task", Objects.toString(TyrusProbe.idleTask(connection), null));
            out.writeEndObject();
        }
        out.writeEndArray();
    }
}
