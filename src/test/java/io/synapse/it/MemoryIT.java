package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients that mean no good, or do not read, cost the server's heap. The figures are in the test's output. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class MemoryIT {

    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    private static final int CLIENTS = 4;
    private static final int FRAMES_PER_CONNECTION = 250;

    /** What may stay after 10,000 frames: caches of the server that fill up. A leak of 1 KiB a frame would be 10 MiB. */
    private static final int LEFT_BYTES = 5 * MIB;

    /** Pools of the servers that have grown meanwhile. A leak of a thread a connection would be more than 40. */
    private static final int LEFT_THREADS = 8;

    private static final int READERS = 20;
    private static final int OUTBOX_BYTES = MIB;
    private static final int LOW_WATER_BYTES = 64 * KIB;

    /** What the server holds for a connection besides the outbox: its buffers, most of all on Payara, and what was read. */
    private static final int CONTAINER_BYTES = 768 * KIB;

    private static final int FLOOD_THOUGHTS = 4500;
    private static final int PING_BYTES = 32 * KIB;
    private static final byte[] PING = ping();
    private static final Pattern CONNECTION_ID = Pattern.compile("\"connection_id\":\"([^\"]+)");

    @ArquillianResource
    private URL url;

    private Server server;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of(
                        "synapse.engine", "probe",
                        "synapse.query.max-output-bytes", "67108864",
                        "synapse.outbox.max-bytes", Integer.toString(OUTBOX_BYTES),
                        "synapse.outbox.low-water-bytes", Integer.toString(LOW_WATER_BYTES),
                        // Longer than the test: nobody is cut off before it was measured.
                        "synapse.outbox.send-timeout", "PT5M",
                        "synapse.heartbeat.timeout", "PT10M",
                        "synapse.heartbeat.idle-timeout", "PT10M"))
                .addClasses(ProbeEngine.class, ProbeServlet.class, TyrusProbe.class, ProbeClock.class);
    }

    @BeforeEach
    void awaitServer() {
        server = Server.ready(url);
    }

    @Test
    @DisplayName("M5 M18 K15: after 10,000 hostile frames and what ends connections, heap and threads are as before")
    void hostileFramesLeaveNothingBehind() throws Exception {
        hostileLoad(8);
        Vitals before = settled();
        hostileLoad(40);
        await("heap and threads as before: " + before)
                .atMost(90, SECONDS)
                .pollDelay(0, SECONDS)
                .pollInterval(1, SECONDS)
                .untilAsserted(() -> {
                    Vitals after = Vitals.withHeap(server);
                    System.out.printf("hostile frames: before %s; after %s%n", before, after);
                    assertThat(after.connections()).isEmpty();
                    assertThat(after.agents()).isZero();
                    assertThat(after.heap() - before.heap()).isLessThan(LEFT_BYTES);
                    assertThat(after.liveThreads() - before.liveThreads())
                            .as("more threads: %s", after.threadsSince(before))
                            .isLessThanOrEqualTo(LEFT_THREADS);
                });
        try (Wire wire = Wire.joined(server, "good")) {
            wire.query("good", "count 3 0", "");
            assertThat(wire.next("result").path("status").asText()).isEqualTo("success");
        }
    }

    /** Each connection with 250 frames; every fourth time, each way to end a connection besides. */
    private void hostileLoad(int connections) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Callable<Integer>> work = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int seed = i;
                work.add(() -> {
                    if (seed % CLIENTS == 0) {
                        endEveryWay();
                    }
                    try (Wire wire = Wire.joined(server, "hostile-" + seed)) {
                        return HostileFrames.send(wire, FRAMES_PER_CONNECTION, new Random(seed));
                    }
                });
            }
            for (Future<Integer> answered : clients.invokeAll(work)) {
                assertThat(answered.get()).isEqualTo(FRAMES_PER_CONNECTION);
            }
        } finally {
            clients.shutdownNow();
        }
    }

    private void endEveryWay() {
        HostileFrames.endings()
                .forEach((name, ending) -> assertThat(HostileFrames.closeCodeOf(server, ending))
                        .as(name)
                        .isIn(1002, 1006, 1007, 1009));
        HostileFrames.leaveInTheMiddleOfAMessage(server);
    }

    /** The figures once no connection is open. */
    private Vitals settled() throws Exception {
        await("no connection")
                .atMost(30, SECONDS)
                .until(() -> Vitals.of(server).connections().isEmpty());
        return Vitals.withHeap(server);
    }

    @Test
    @DisplayName("B5 M7: one who does not read a stream costs the low-water mark, however long the stream")
    void oneWhoReadsNoStreamCostsTheLowWaterMark() throws Exception {
        try (Wire wire = Wire.joined(server, "stream")) {
            wire.query("long", "flood " + FLOOD_THOUGHTS, "");
            wire.next("result");
        }
        Vitals before = settled();
        Vitals joined;
        Vitals stuck;
        Map<String, RawClient> readers = new LinkedHashMap<>();
        try {
            for (int i = 0; i < READERS; i++) {
                join(readers, "stream");
            }
            joined = Vitals.withHeap(server);
            for (RawClient reader : readers.values()) {
                reader.sendText("{\"event\":\"resume\",\"payload\":{\"ref\":\"long\",\"after_seq\":0}}");
            }
            await("all are stuck").atMost(60, SECONDS).until(() -> stuck(LOW_WATER_BYTES) == READERS);
            stuck = Vitals.withHeap(server);

            assertThat(stuck.connections()).hasSize(READERS);
            assertOthersDoNotNotice();
        } finally {
            close(readers);
        }
        assertThat(each("not reading a stream", before, joined, stuck, settled()))
                .isLessThanOrEqualTo(LOW_WATER_BYTES + CONTAINER_BYTES);
    }

    private long stuck(long bytes) throws IOException, InterruptedException {
        return Vitals.of(server).connections().stream()
                .filter(connection -> connection.bytes() >= bytes)
                .count();
    }

    @Test
    @DisplayName("B5 G9: one who reads no replies costs the bound of the outbox, is cut off at it, and others go on")
    void oneWhoReadsNoRepliesCostsTheBoundOfTheOutbox() throws Exception {
        Vitals before = settled();
        Vitals joined;
        Vitals stuck;
        Map<String, RawClient> readers = new LinkedHashMap<>();
        try {
            for (int i = 0; i < READERS; i++) {
                join(readers, "deaf");
            }
            joined = Vitals.withHeap(server);
            for (Map.Entry<String, RawClient> reader : readers.entrySet()) {
                fill(reader.getKey(), reader.getValue());
            }
            stuck = Vitals.withHeap(server);

            assertThat(stuck.connections())
                    .hasSize(READERS)
                    .allSatisfy(connection -> assertThat(connection.bytes())
                            .isBetween((long) OUTBOX_BYTES - 2 * PING_BYTES, (long) OUTBOX_BYTES));
            assertOthersDoNotNotice();

            long before4008 = cutOff();
            for (RawClient reader : readers.values()) {
                reader.send(RawClient.BINARY, true, PING);
                reader.send(RawClient.BINARY, true, PING);
            }
            await("all are cut off as slow").atMost(30, SECONDS).until(() -> cutOff() - before4008 == READERS);
            List<Integer> codes = new ArrayList<>();
            for (RawClient reader : readers.values()) {
                codes.add(reader.readUntilEnd());
            }
            System.out.println("closed with " + codes);
            // One whose buffers are full may be gone before the close frame has found its way through them.
            assertThat(codes).isSubsetOf(4008, 1006);
        } finally {
            close(readers);
        }
        assertThat(each("not reading replies", before, joined, stuck, settled()))
                .isLessThanOrEqualTo(OUTBOX_BYTES + CONTAINER_BYTES);
        await("the memory is free again")
                .atMost(60, SECONDS)
                .pollInterval(1, SECONDS)
                .untilAsserted(() -> assertThat(Vitals.withHeap(server).heap() - before.heap())
                        .isLessThan(LEFT_BYTES));
    }

    /** Adds a connection, by its id, that has joined an agent and reads nothing any more. */
    private void join(Map<String, RawClient> readers, String agent) throws IOException {
        RawClient client = RawClient.connect(server.port());
        readers.put("", client);
        client.sendText(
                // Without presence, so that every frame is a reply or a thought.
                """
                {"topic":"cortex:%s","event":"phx_join","payload":{"api_key":"test_key","presence":false},"ref":"1"}""".formatted(agent));
        String reply = new String(client.read(), StandardCharsets.UTF_8);
        Matcher id = CONNECTION_ID.matcher(reply);
        assertThat(id.find()).as(reply).isTrue();
        readers.remove("");
        readers.put(id.group(1), client);
    }

    /** Has replies made until one more might not fit into the outbox. */
    private void fill(String id, RawClient reader) throws IOException {
        int pings = 0;
        while (true) {
            int replies = 1 + 2 * pings;
            Vitals.Open now = await("reply " + replies)
                    .atMost(20, SECONDS)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .until(
                            () -> Vitals.of(server).connection(id),
                            connection -> connection.sent() + connection.messages() >= replies);
            if (now.bytes() + PING_BYTES + KIB > OUTBOX_BYTES) {
                return;
            }
            reader.send(RawClient.BINARY, true, PING);
            pings++;
        }
    }

    private long cutOff() throws IOException, InterruptedException {
        return server.metric("synapse_connections_slow_consumers_total");
    }

    private static byte[] ping() {
        byte[] head = "1pcortex:deafping".getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(5 + head.length + PING_BYTES)
                .put(new byte[] {0, 1, 1, 11, 4})
                .put(head)
                .array();
    }

    private void assertOthersDoNotNotice() throws InterruptedException {
        try (Wire other = Wire.joined(server, "others")) {
            for (int i = 0; i < 20; i++) {
                other.query("o" + System.nanoTime(), "count 3 0", "");
                JsonNode result = other.next("result");
                assertThat(result.path("status").asText()).isEqualTo("success");
            }
        }
    }

    /** How many bytes of heap a reader costs who is stuck, all in all; the server may have tidied up meanwhile. */
    private static long each(String what, Vitals before, Vitals joined, Vitals stuck, Vitals after) {
        long without = Math.min(before.heap(), after.heap());
        long each = (stuck.heap() - without) / READERS;
        long waits = stuck.connections().stream().mapToLong(Vitals.Open::bytes).sum() / READERS;
        System.out.printf(
                "%s: each of %d readers takes %d KiB of heap; %d KiB wait in its outbox%n  %s%n  %s%n  %s%n  %s%n",
                what, READERS, each / KIB, waits / KIB, before, joined, stuck, after);
        return each;
    }

    private static void close(Map<String, RawClient> clients) throws IOException {
        for (RawClient client : clients.values()) {
            client.close();
        }
    }
}
