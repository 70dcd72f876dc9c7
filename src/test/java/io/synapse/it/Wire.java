package io.synapse.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.testing.Packing;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A hand-written client that speaks V1 objects, as a newcomer's would, and keeps what it gets. */
final class Wire implements WebSocket.Listener, AutoCloseable {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int PATIENCE_SECONDS = 20;

    private final BlockingQueue<JsonNode> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder partial = new StringBuilder();
    private final ByteArrayOutputStream partialBytes = new ByteArrayOutputStream();
    private final AtomicInteger pings = new AtomicInteger();
    private WebSocket socket;

    private Wire() {}

    static Wire open(URI uri) {
        return open(uri, builder -> builder);
    }

    /** With headers or sub-protocols of the test's choice. */
    static Wire open(URI uri, UnaryOperator<WebSocket.Builder> options) {
        Wire wire = new Wire();
        wire.socket = options.apply(CLIENT.newWebSocketBuilder())
                .buildAsync(uri, wire)
                .orTimeout(PATIENCE_SECONDS, SECONDS)
                .join();
        return wire;
    }

    /** A connection that has joined {@code cortex:<agent>}. */
    static Wire joined(Server server, String agent) throws InterruptedException {
        Wire wire = open(server.webSocket("/cortex/websocket"));
        wire.join(agent, "test_key");
        return wire;
    }

    /** Joins without presence, so that only what is asked for is told. */
    JsonNode join(String agent, String key) throws InterruptedException {
        send(("{\"topic\":\"cortex:%s\",\"event\":\"phx_join\",\"payload\":"
                        + "{\"api_key\":\"%s\",\"presence\":false},\"ref\":\"1\"}")
                .formatted(agent, key));
        return next("phx_reply");
    }

    void send(String frame) {
        socket.sendText(frame, true).orTimeout(PATIENCE_SECONDS, SECONDS).join();
    }

    void sendBinary(byte[] frame) {
        socket.sendBinary(ByteBuffer.wrap(frame), true)
                .orTimeout(PATIENCE_SECONDS, SECONDS)
                .join();
    }

    /** Sends messages of {@code /ws} in one frame, as the sub-protocol has it. */
    void say(String... messages) {
        Object frame = Packing.of(subprotocol()).frame(messages);
        if (frame instanceof String text) {
            send(text);
        } else {
            sendBinary((byte[]) frame);
        }
    }

    void query(String ref, String question, String more) {
        send("{\"event\":\"query\",\"payload\":{\"q\":\"%s\",\"ref\":\"%s\"%s}}".formatted(question, ref, more));
    }

    void resume(String ref, int afterSeq) {
        send("{\"event\":\"resume\",\"payload\":{\"ref\":\"%s\",\"after_seq\":%d}}".formatted(ref, afterSeq));
    }

    void interrupt(String ref) {
        send("{\"event\":\"interrupt\",\"payload\":{\"ref\":\"%s\",\"reason\":\"test\"},\"ref\":\"i\"}".formatted(ref));
    }

    /** The sub-protocol that the server chose; empty if none. */
    String subprotocol() {
        return socket.getSubprotocol();
    }

    /** The next frame of any kind. */
    JsonNode next() throws InterruptedException {
        JsonNode frame = frames.poll(PATIENCE_SECONDS, SECONDS);
        if (frame == null) {
            throw new AssertionError("nothing came within " + PATIENCE_SECONDS + " s");
        }
        return frame;
    }

    /** The payload of the next frame with an event; what comes before it is passed over. */
    JsonNode next(String event) throws InterruptedException {
        return next(frame -> frame.path("event").asText().equals(event)).path("payload");
    }

    JsonNode next(Predicate<JsonNode> wanted) throws InterruptedException {
        JsonNode frame = next();
        while (!wanted.test(frame)) {
            frame = next();
        }
        return frame;
    }

    /** All frames up to the result of a query, and with it. */
    List<JsonNode> untilResult(String ref) throws InterruptedException {
        List<JsonNode> all = new ArrayList<>();
        JsonNode frame;
        do {
            frame = next();
            all.add(frame);
        } while (!frame.path("event").asText().equals("result")
                || !frame.path("payload").path("ref").asText().equals(ref));
        return all;
    }

    /** Frames that have come and were not looked at. */
    int waiting() {
        return frames.size();
    }

    /** Pings of the protocol that have come. */
    int pings() {
        return pings.get();
    }

    /** Waits for the greeting of {@code /ws}, or for the end of a connection that was opened only to be closed. */
    boolean isLetIn() throws InterruptedException {
        long deadline = System.nanoTime() + SECONDS.toNanos(PATIENCE_SECONDS);
        while (System.nanoTime() < deadline && !closed.isDone()) {
            JsonNode frame = frames.poll(10, MILLISECONDS);
            if (frame != null) {
                return frame.path("type").asText().equals("system");
            }
        }
        return false;
    }

    /** The code that the server closes with. */
    int closeCode() {
        return closed.orTimeout(PATIENCE_SECONDS, SECONDS).join();
    }

    @Override
    public CompletionStage<?> onText(WebSocket sender, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            frames.addAll(Packing.of(sender.getSubprotocol()).messages(partial.toString()));
            partial.setLength(0);
        }
        sender.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket sender, ByteBuffer data, boolean last) {
        byte[] part = new byte[data.remaining()];
        data.get(part);
        partialBytes.writeBytes(part);
        if (last) {
            frames.addAll(Packing.of(sender.getSubprotocol()).messages(partialBytes.toByteArray()));
            partialBytes.reset();
        }
        sender.request(1);
        return null;
    }

    // The client answers by itself.
    @Override
    public CompletionStage<?> onPing(WebSocket sender, ByteBuffer data) {
        pings.incrementAndGet();
        sender.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket sender, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket sender, Throwable failure) {
        closed.completeExceptionally(failure);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
