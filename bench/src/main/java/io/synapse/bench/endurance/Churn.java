package io.synapse.bench.endurance;

import io.synapse.bench.server.ServerProcess;
import io.synapse.bench.server.Side;
import io.synapse.bench.socket.RawSocket;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that come and go until this is stopped, on several threads, on both sockets. */
final class Churn {

    private static final int WORKERS = 8;
    private static final int TOPICS = 20;
    private static final int THOUGHTS = 20;
    private static final int PAUSE_MILLIS = 5;
    private static final int CHARS = 100;
    private static final int STOP_SECONDS = 60;

    /** An abandoned connection of the cortex socket is ended by the server after 45 seconds of silence. */
    private static final long ABANDONED_NANOS = TimeUnit.SECONDS.toNanos(75);

    private static final AtomicLong REFS = new AtomicLong();

    private enum Ending {
        CLOSED,
        RESET,
        ABANDONED
    }

    private record Abandoned(RawSocket socket, long since) {}

    private final URI cortex;
    private final URI gateway;
    private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong unexpected = new AtomicLong();
    private final AtomicLong leftOpen = new AtomicLong();
    private final Map<Ending, AtomicLong> endings = new EnumMap<>(Ending.class);
    private volatile boolean stopping;

    Churn(ServerProcess server) {
        cortex = server.socket(Side.SYNAPSE);
        gateway = URI.create("ws://127.0.0.1:" + server.port() + "/ws?token=test_key");
        for (Ending ending : Ending.values()) {
            endings.put(ending, new AtomicLong());
        }
        for (int i = 0; i < WORKERS; i++) {
            Random random = new Random(i);
            workers.execute(() -> work(random));
        }
    }

    long connections() {
        return connections.get();
    }

    /** Connections on which something else happened than should. */
    long unexpected() {
        return unexpected.get();
    }

    String endings() {
        return "%,d closed, %,d reset, %,d abandoned, of which the server left %,d open"
                .formatted(
                        endings.get(Ending.CLOSED).get(),
                        endings.get(Ending.RESET).get(),
                        endings.get(Ending.ABANDONED).get(),
                        leftOpen.get());
    }

    private void work(Random random) {
        Queue<Abandoned> abandoned = new ArrayDeque<>();
        while (!stopping) {
            try {
                connections.incrementAndGet();
                if (random.nextInt(4) == 0) {
                    program(random);
                } else {
                    agent(random, abandoned);
                }
                forget(abandoned, ABANDONED_NANOS);
            } catch (IOException | RuntimeException e) {
                if (unexpected.getAndIncrement() < 10) {
                    System.out.println("unexpected: " + e);
                }
            }
        }
        abandoned.forEach(this::leave);
    }

    private void agent(Random random, Queue<Abandoned> abandoned) throws IOException {
        RawSocket socket = RawSocket.open(cortex, 0);
        String topic = "public:soak" + random.nextInt(TOPICS);
        String ref = "s" + REFS.incrementAndGet();
        socket.send(Messages.join("1"));
        socket.readUntil("phx_reply", "\"ok\"");
        socket.send(Messages.subscribe("2", topic));
        socket.readUntil("\"2\"", "phx_reply", "\"ok\"");
        socket.send(Messages.stream("3", ref, THOUGHTS, PAUSE_MILLIS, CHARS, 30));
        socket.send(Messages.publish("4", topic, "x".repeat(random.nextInt(2000))));
        socket.readUntil("\"4\"", "phx_reply", "\"ok\"");
        switch (random.nextInt(3)) {
            case 0 -> {
                socket.send(Messages.interrupt("5", ref));
                socket.readUntil("\"result\"", ref);
            }
            case 1 -> socket.readUntil("\"result\"", ref);
            default -> {
                // leaves in the middle
            }
        }
        end(socket, random.nextInt(20) == 0 ? Ending.ABANDONED : ending(random), abandoned);
    }

    private void program(Random random) throws IOException {
        RawSocket socket = RawSocket.open(gateway, 0);
        String topic = "public:soak" + random.nextInt(TOPICS);
        socket.readUntil("\"system\"");
        socket.send("{\"id\":1,\"type\":\"subscribe\",\"topics\":[\"" + topic + "\",\"public:*\"]}");
        socket.readUntil("\"id\":1", "\"result\"");
        socket.send(
                "{\"id\":2,\"type\":\"publish\",\"topic\":\"%s\",\"payload\":%d}".formatted(topic, random.nextInt()));
        socket.readUntil("\"id\":2", "\"result\"");
        socket.send("{\"id\":3,\"type\":\"query\",\"q\":\"stream 5 5 50\",\"ref\":\"s%d\"}"
                .formatted(REFS.incrementAndGet()));
        socket.readUntil("\"id\":3", "\"result\"");
        end(socket, ending(random), new ArrayDeque<>());
    }

    private static Ending ending(Random random) {
        return random.nextBoolean() ? Ending.CLOSED : Ending.RESET;
    }

    private void end(RawSocket socket, Ending ending, Queue<Abandoned> abandoned) throws IOException {
        switch (ending) {
            case CLOSED -> socket.closeCleanly();
            case RESET -> socket.reset();
            default -> abandoned.add(new Abandoned(socket, System.nanoTime()));
        }
        endings.get(ending).incrementAndGet();
    }

    private void forget(Queue<Abandoned> abandoned, long after) throws IOException {
        while (!abandoned.isEmpty() && System.nanoTime() - abandoned.peek().since() > after) {
            try (RawSocket socket = abandoned.remove().socket()) {
                if (!socket.hasEnded()) {
                    leftOpen.incrementAndGet();
                }
            }
        }
    }

    private void leave(Abandoned one) {
        try {
            one.socket().close();
        } catch (IOException e) {
            unexpected.incrementAndGet();
        }
    }

    void stop() throws InterruptedException {
        stopping = true;
        workers.shutdown();
        if (!workers.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            workers.shutdownNow();
        }
    }
}
