package io.synapse.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A client of {@code /ws} of which a test may have hundreds: it remembers when what was said, or hands it on, and how the
 * connection ended. Safe for use by many threads.
 */
final class SocketClient implements WebSocket.Listener, AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration OPENING = Duration.ofSeconds(10);

    /** No close frame came. */
    static final int BROKEN = 1006;

    /** Something the server said, and when, in nanoseconds. */
    record Said(long at, JsonNode message) {
        String text(String field) {
            return message.path(field).asText();
        }
    }

    /** How a connection ended, and when. */
    record End(long at, int code) {}

    private final StringBuilder partial = new StringBuilder();
    private final ConcurrentLinkedQueue<Said> said = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<End> end = new CompletableFuture<>();
    private final Consumer<JsonNode> listener;
    private CompletableFuture<WebSocket> last;

    private SocketClient(Consumer<JsonNode> listener) {
        this.listener = listener;
    }

    /** Connects, or fails. */
    static SocketClient connect(URI uri) {
        SocketClient client = new SocketClient(null);
        client.open(uri).join();
        return client;
    }

    /**
     * Begins to connect one that remembers nothing.
     *
     * @param listener told what is said, one message after the other
     */
    static CompletableFuture<SocketClient> connect(URI uri, Consumer<JsonNode> listener) {
        SocketClient client = new SocketClient(listener);
        return client.open(uri);
    }

    private CompletableFuture<SocketClient> open(URI uri) {
        CompletableFuture<WebSocket> opening = CLIENT.newWebSocketBuilder()
                .connectTimeout(OPENING)
                .buildAsync(uri, this)
                .orTimeout(2 * OPENING.toSeconds(), TimeUnit.SECONDS);
        synchronized (this) {
            last = opening;
        }
        return opening.thenApply(open -> this);
    }

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean lastPart) {
        partial.append(data);
        if (lastPart) {
            take(partial.toString());
            partial.setLength(0);
        }
        socket.request(1);
        return null;
    }

    private void take(String text) {
        JsonNode message;
        try {
            message = JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (listener == null) {
            said.add(new Said(System.nanoTime(), message));
        } else {
            listener.accept(message);
        }
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        end.complete(new End(System.nanoTime(), code));
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        end.complete(new End(System.nanoTime(), BROKEN));
    }

    /** Sends a message after those before it; what cannot be sent is not. */
    synchronized void send(String message) {
        last = last.thenCompose(socket -> socket.sendText(message, true));
    }

    /** Everything it was told so far. */
    List<Said> said() {
        return List.copyOf(said);
    }

    /** How it ends; fails never. */
    CompletableFuture<End> end() {
        return end;
    }

    /** Drops the connection without a word. */
    @Override
    public synchronized void close() {
        last.whenComplete((socket, failure) -> {
            if (socket != null) {
                socket.abort();
            }
        });
        end.complete(new End(System.nanoTime(), BROKEN));
    }
}
