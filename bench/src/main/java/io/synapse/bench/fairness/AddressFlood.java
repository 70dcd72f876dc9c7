package io.synapse.bench.fairness;

import io.synapse.bench.load.Latencies;
import io.synapse.bench.server.Runs;
import io.synapse.bench.server.ServerProcess;
import io.synapse.bench.server.Side;
import io.synapse.bench.socket.RawSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * 10,000 handshakes come from one address while a client at another one sends heartbeats: how long that waits for its
 * replies, beside the flood and without it. The limits are those of production. Its working directory is that of this
 * project.
 */
public final class AddressFlood {

    private static final int ATTEMPTS = 10_000;
    private static final int THREADS = 8;
    private static final int PACED = 500;
    private static final int SECONDS = 20;
    private static final int WARM_UP_SECONDS = 10;
    private static final int HEARTBEATS = 20;
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final String GOOD = "127.0.0.2";
    private static final String HEARTBEAT = "[null,\"%d\",\"phoenix\",\"heartbeat\",{}]";
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;

    private AddressFlood() {}

    /** What became of the attempts. */
    private record Flooded(int admitted, int refused, int broken, double seconds) {}

    /**
     * Runs.
     *
     * @param arguments the name of the run, which is {@code address-flood}, and perhaps of the server
     */
    public static void main(String[] arguments) {
        Runs.toTheEnd(() -> run(Runs.server(arguments)));
    }

    private static void run(String name) throws Exception {
        Map<String, String> environment = Map.of(
                "SYNAPSE_MODE", "production",
                "SYNAPSE_LIMITS_PROFILE", "production",
                "SYNAPSE_AUTH_TOKEN_SECRET", "a secret of the bench, which nobody needs");
        List<String> table = new ArrayList<>(
                List.of("| the client waits for a reply | p50 ms | p99 ms | of 10,000 handshakes |", "|---|---|---|---|"));
        try (ServerProcess server = ServerProcess.start(name, environment)) {
            URI uri = server.socket(Side.SYNAPSE);
            // A flood, too, so that the code of refusals is warm.
            beside(uri, WARM_UP_SECONDS, new AtomicBoolean());
            flood(uri, 0);
            table.add(row("alone", beside(uri, SECONDS, new AtomicBoolean()), null));
            table.add(flooded(uri, "beside 500 handshakes a second", PACED));
            table.add(row("alone", beside(uri, SECONDS, new AtomicBoolean()), null));
            table.add(flooded(uri, "beside as many as eight threads can", 0));
        }
        table.forEach(System.out::println);
        System.out.println("\nalso in bench/" + Files.write(Path.of("target", "address-flood-" + name + ".md"), table));
    }

    private static String flooded(URI uri, String when, int perSecond) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            AtomicBoolean over = new AtomicBoolean();
            Future<Latencies> good = thread.submit(() -> beside(uri, Integer.MAX_VALUE, over));
            Flooded flooded = flood(uri, perSecond);
            over.set(true);
            return row(when, good.get(), flooded);
        } finally {
            thread.shutdownNow();
        }
    }

    private static String row(String when, Latencies latencies, Flooded flooded) {
        String what = flooded == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%,d refused, %d let in, %d broken, in %.1f s",
                        flooded.refused(),
                        flooded.admitted(),
                        flooded.broken(),
                        flooded.seconds());
        return String.format(
                Locale.ROOT,
                "| %s | %.2f | %.2f | %s |",
                when,
                latencies.millis(MEDIAN),
                latencies.millis(TAIL),
                what);
    }

    private static Latencies beside(URI uri, int seconds, AtomicBoolean over) throws Exception {
        Latencies latencies = new Latencies();
        try (RawSocket socket = RawSocket.open(uri, 0, GOOD)) {
            long due = System.nanoTime();
            for (long i = 0; i < (long) seconds * HEARTBEATS && !over.get(); i++) {
                due += TimeUnit.SECONDS.toNanos(1) / HEARTBEATS;
                TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                long sent = System.nanoTime();
                socket.send(String.format(Locale.ROOT, HEARTBEAT, i));
                socket.readUntil("phx_reply", "\"" + i + "\"");
                latencies.record(System.nanoTime() - sent);
            }
        }
        return latencies;
    }

    private static Flooded flood(URI uri, int perSecond) throws Exception {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger admitted = new AtomicInteger();
        AtomicInteger broken = new AtomicInteger();
        long begun = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                all.add(threads.submit(() -> {
                    for (int number = next.getAndIncrement(); number < ATTEMPTS; number = next.getAndIncrement()) {
                        if (perSecond > 0) {
                            long due = begun + TimeUnit.SECONDS.toNanos(1) / perSecond * number;
                            TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
                        }
                        switch (attempt(uri)) {
                            case 101 -> admitted.incrementAndGet();
                            case 429 -> {
                                // as it should
                            }
                            default -> broken.incrementAndGet();
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        double seconds = (System.nanoTime() - begun) / 1e9;
        return new Flooded(admitted.get(), ATTEMPTS - admitted.get() - broken.get(), broken.get(), seconds);
    }

    /** The status that the server answers with; 0 if it does not. */
    private static int attempt(URI uri) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            // Thousands of closed connections would use up the ports.
            socket.setSoLinger(true, 0);
            socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), TIMEOUT_MILLIS);
            socket.getOutputStream()
                    .write(("GET " + uri.getRawPath() + "?vsn=2.0.0 HTTP/1.1\r\nHost: " + uri.getAuthority()
                                    + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            String line = new String(in.readNBytes("HTTP/1.1 429".length()), StandardCharsets.US_ASCII);
            return Integer.parseInt(line.substring(line.length() - 3));
        } catch (IOException | RuntimeException e) {
            return 0;
        }
    }
}
