package io.synapse.bench.endurance;

import io.synapse.bench.socket.RawSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Follows a query at 1 KiB a second. It sends heartbeats, as its answers to pings come late. */
final class SlowClient implements AutoCloseable {

    private static final int BYTES_A_SECOND = 1024;
    private static final int RECEIVE_BUFFER = 4096;
    private static final int HEARTBEAT_SECONDS = 15;
    private static final String CONTENT = "\"content\":\"";

    private final RawSocket socket;
    private final ScheduledExecutorService heart = Executors.newSingleThreadScheduledExecutor();
    private volatile int frames;
    private volatile int framesWhileSlow;

    SlowClient(URI uri) throws IOException {
        socket = RawSocket.open(uri, RECEIVE_BUFFER);
        socket.send(Messages.join("1"));
        socket.readUntil("phx_reply", "\"1\"");
    }

    /** The text that the query's thoughts make together, when the result has come. */
    CompletableFuture<String> follow(String ref) throws IOException {
        socket.send(Messages.resume("r", ref));
        socket.pace().slowDown(BYTES_A_SECOND);
        heart.scheduleAtFixedRate(this::beat, HEARTBEAT_SECONDS, HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(text), "slow-reader");
        reader.setDaemon(true);
        reader.start();
        return text;
    }

    private void beat() {
        try {
            socket.send(Messages.heartbeat("h"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(CompletableFuture<String> text) {
        try {
            StringBuilder all = new StringBuilder();
            while (true) {
                String frame = socket.read();
                int content = frame.indexOf(CONTENT);
                if (content >= 0) {
                    int from = content + CONTENT.length();
                    all.append(frame, from, frame.indexOf('"', from));
                    frames++;
                } else if (frame.contains("\"result\"")) {
                    if (!frame.contains("\"status\":\"success\"")) {
                        throw new IOException("the query did not come to its end: " + frame);
                    }
                    text.complete(all.toString());
                    return;
                }
            }
        } catch (IOException | RuntimeException e) {
            text.completeExceptionally(e);
        }
    }

    /** Reads the rest as fast as it comes. */
    void hurry() {
        framesWhileSlow = frames;
        socket.pace().hurry();
    }

    String summary(int thoughts) {
        return "%d frames for %d thoughts, %d of them while slow".formatted(frames, thoughts, framesWhileSlow);
    }

    @Override
    public void close() throws IOException {
        heart.shutdownNow();
        socket.closeCleanly();
    }
}
