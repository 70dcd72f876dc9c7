package io.synapse.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.IntFunction;

/**
 * A client that always comes back, to any node that lets it in: after what it was told, or soon after its connection was lost.
 * What subclasses are told comes one message after the other, and of one connection at a time. Safe for use by many threads.
 */
abstract class Roamer implements AutoCloseable {

    private static final int SHORTEST_MILLIS = 50;
    private static final int LONGEST_MILLIS = 1000;

    private final IntFunction<URI> nodes;
    private final int size;
    private final ScheduledExecutorService timers;
    private final Random random;
    private final List<Long> opened = new ArrayList<>();
    private SocketClient client;
    private int generation;
    private int failures;
    private boolean over;
    private int node;

    /**
     * One that has yet to {@link #dial}.
     *
     * @param nodes where each node is
     * @param size how many there are
     * @param timers shared by all
     * @param seed of its choices
     */
    Roamer(IntFunction<URI> nodes, int size, ScheduledExecutorService timers, long seed) {
        this.nodes = nodes;
        this.size = size;
        this.timers = timers;
        random = new Random(seed);
        node = random.nextInt(size);
    }

    /** Connected: says what it wants. Called with the lock. */
    abstract void opened();

    /** Something was said on the present connection. Called with the lock. */
    abstract void hear(JsonNode message);

    final synchronized void dialAt(int index) {
        node = index;
        dial();
    }

    final synchronized void dial() {
        if (over) {
            return;
        }
        int mine = ++generation;
        SocketClient.connect(nodes.apply(node), message -> take(mine, message))
                .whenComplete((open, failure) -> connected(mine, open));
    }

    private synchronized void connected(int mine, SocketClient open) {
        if (open == null) {
            lost(mine);
            return;
        }
        if (over || mine != generation) {
            open.close();
            return;
        }
        client = open;
        failures = 0;
        opened.add(System.nanoTime());
        opened();
        open.end().thenAccept(end -> lost(mine));
    }

    private synchronized void lost(int mine) {
        if (mine != generation || over) {
            return;
        }
        generation++;
        client = null;
        failures = Math.min(failures + 1, 4);
        // Any other node first.
        node = (node + 1 + random.nextInt(Math.max(1, size - 1))) % size;
        int longest = Math.min(LONGEST_MILLIS, SHORTEST_MILLIS << failures);
        later(SHORTEST_MILLIS / 2 + random.nextInt(longest));
    }

    private void later(long millis) {
        int mine = generation;
        timers.schedule(() -> dialIf(mine), millis, MILLISECONDS);
    }

    private synchronized void dialIf(int mine) {
        if (mine == generation) {
            dial();
        }
    }

    private synchronized void take(int mine, JsonNode message) {
        if (mine != generation || over) {
            return;
        }
        if (client == null && message.path("type").asText().equals("system")) {
            // The greeting may be quicker than the news that it is open.
            return;
        }
        hear(message);
    }

    /** Says something, if it is connected. */
    final synchronized void say(String message) {
        if (client != null) {
            client.send(message);
        }
    }

    /** Drops the connection, and comes back. */
    final synchronized void drop() {
        if (client != null) {
            client.close();
        }
    }

    /** Drops the connection after a time, unless it has another by then. */
    final synchronized void dropUnless(long millis, java.util.function.BooleanSupplier well) {
        int mine = generation;
        timers.schedule(
                () -> {
                    synchronized (this) {
                        if (mine == generation && !over && !well.getAsBoolean()) {
                            drop();
                        }
                    }
                },
                millis,
                MILLISECONDS);
    }

    /** When it was let in, in nanoseconds. */
    final synchronized List<Long> openings() {
        return List.copyOf(opened);
    }

    final synchronized boolean isConnected() {
        return client != null;
    }

    @Override
    public synchronized void close() {
        over = true;
        if (client != null) {
            client.close();
        }
    }
}
