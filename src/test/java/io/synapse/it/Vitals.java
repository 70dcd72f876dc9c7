package io.synapse.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What {@link ProbeServlet} tells of the server.
 *
 * @param heap bytes in use after garbage collection; 0 if that was not asked for
 * @param threads how many live, by name, with a # for numbers
 * @param closing how many threads are closing a connection
 * @param agents how many have connections
 * @param subscriptions how many there are, of topics and patterns
 * @param connections those that are open
 */
record Vitals(
        long heap, Map<String, Integer> threads, int closing, int agents, int subscriptions, List<Open> connections) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double MIB = 1024 * 1024;

    /**
     * An open connection, with what waits in its outbox.
     *
     * @param idleTask the task of Payara's idle timer; null on other servers
     */
    record Open(String id, int messages, long bytes, long sent, String idleTask) {}

    /** At once. */
    static Vitals of(Server server) throws IOException, InterruptedException {
        return read(server, "/probe");
    }

    /** With the heap, which takes the server a second. */
    static Vitals withHeap(Server server) throws IOException, InterruptedException {
        return read(server, "/probe?gc=true");
    }

    /** The class X of the product fails once, when it asks for the time. */
    static void crash(Server server, String className) throws IOException, InterruptedException {
        int status = Server.post(server.http("/probe?crash=" + className), "").statusCode();
        if (status != 204) {
            throw new AssertionError("the probe answered " + status);
        }
    }

    private static Vitals read(Server server, String path) throws IOException, InterruptedException {
        JsonNode told = JSON.readTree(Server.get(server.http(path)).body());
        Map<String, Integer> threads = new TreeMap<>();
        told.path("threads")
                .properties()
                .forEach(entry -> threads.put(entry.getKey(), entry.getValue().asInt()));
        List<Open> connections = new ArrayList<>();
        for (JsonNode one : told.path("connections")) {
            connections.add(new Open(
                    one.path("id").asText(),
                    one.path("messages").asInt(),
                    one.path("bytes").asLong(),
                    one.path("sent").asLong(),
                    one.path("idle_task").isNull()
                            ? null
                            : one.path("idle_task").asText()));
        }
        return new Vitals(
                told.path("heap").asLong(),
                threads,
                told.path("closing").asInt(),
                told.path("agents").asInt(),
                told.path("subscriptions").asInt(),
                connections);
    }

    Open connection(String id) {
        return connections.stream()
                .filter(connection -> connection.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("connection " + id + " is not open"));
    }

    int liveThreads() {
        return threads.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** The names of which there are more threads than before. */
    Map<String, Integer> threadsSince(Vitals before) {
        Map<String, Integer> more = new TreeMap<>(threads);
        before.threads.forEach((name, count) -> more.merge(name, -count, Integer::sum));
        more.values().removeIf(count -> count <= 0);
        return more;
    }

    @Override
    public String toString() {
        return "%.2f MiB heap, %d threads, %d connections, %d agents"
                .formatted(heap / MIB, liveThreads(), connections.size(), agents);
    }
}
