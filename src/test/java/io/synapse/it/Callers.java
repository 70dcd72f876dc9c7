package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many clients at once, each from an address that a trusted proxy at 127.0.0.1 tells. */
final class Callers implements AutoCloseable {

    static final String PROXY = "127.0.0.1";
    static final String CORTEX = "/cortex/websocket";

    private final Server server;
    private final List<RawClient> open = new ArrayList<>();

    Callers(Server server) {
        this.server = server;
    }

    /** One client; it is closed with all others. */
    RawClient call(String address, String path) throws IOException {
        return call(PROXY, path, "X-Forwarded-For: " + address);
    }

    RawClient call(String from, String path, String... headers) throws IOException {
        RawClient client = RawClient.shakeHands(from, server.port(), path, headers);
        synchronized (open) {
            open.add(client);
        }
        return client;
    }

    /** What a race of so many gives, all of them starting together. */
    static <T> List<T> race(int racers, Callable<T> each) throws Exception {
        CyclicBarrier start = new CyclicBarrier(racers);
        ExecutorService threads = Executors.newFixedThreadPool(racers);
        try {
            List<Future<T>> racing = new ArrayList<>();
            for (int i = 0; i < racers; i++) {
                racing.add(threads.submit(() -> {
                    start.await();
                    return each.call();
                }));
            }
            List<T> all = new ArrayList<>();
            for (Future<T> one : racing) {
                all.add(one.get());
            }
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Those that came in; the others have a status, and are told when to try again. */
    static List<RawClient> admitted(List<RawClient> callers, int status) {
        List<RawClient> in = new ArrayList<>();
        for (RawClient caller : callers) {
            if (caller.status() == 101) {
                in.add(caller);
            } else {
                assertThat(caller.status()).isEqualTo(status);
                assertThat(caller.head()).containsPattern("(?i)\r\nRetry-After: [1-9]\\d*\r\n");
            }
        }
        return in;
    }

    @Override
    public void close() throws IOException {
        for (RawClient client : open) {
            client.close();
        }
    }
}
