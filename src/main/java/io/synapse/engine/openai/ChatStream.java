package io.synapse.engine.openai;

import io.synapse.config.OpenAiConfig;
import io.synapse.engine.CancellationToken;
import io.synapse.engine.QueryCancelledException;
import io.synapse.engine.openai.UpstreamException.Fault;
import io.synapse.platform.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One request and the events of its answer, for one thread. The connection is closed as soon as the query is to stop,
 * whatever is waited for at that moment, and at the latest by {@link #close}, unless the answer was read to its end.
 */
final class ChatStream implements AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(ChatStream.class.getName());
    private static final int MAX_ERROR_BYTES = 16 * 1024;
    private static final Duration LAST_BYTES = Duration.ofSeconds(1);

    private final ChunkPipe pipe = new ChunkPipe();
    private final CompletableFuture<HttpResponse<ChunkPipe>> sending;
    private final CancellationToken cancellation;
    private final CancellationToken.Registration registration;
    private final OpenAiConfig config;
    private final Ticker ticker;
    private final long startedAt;
    private final ServerSentEvents events;
    private volatile boolean hasSpoken;

    ChatStream(
            HttpClient client,
            HttpRequest request,
            OpenAiConfig config,
            Ticker ticker,
            CancellationToken cancellation) {
        this.config = config;
        this.ticker = ticker;
        this.cancellation = cancellation;
        startedAt = ticker.read();
        events = new ServerSentEvents(config.maxEventBytes());
        sending = client.sendAsync(request, head -> pipe);
        registration = cancellation.onCancel(this::abort);
    }

    /**
     * Waits for the head of the answer.
     *
     * @throws UpstreamException if there is no stream to read
     */
    void awaitHead(Refusals refusals) throws UpstreamException, InterruptedException {
        HttpResponse<ChunkPipe> head = head();
        if (head.statusCode() != 200) {
            throw refusals.of(head.statusCode(), head.headers(), errorBody());
        }
        String type = head.headers().firstValue("Content-Type").orElse("");
        if (!type.regionMatches(true, 0, "text/event-stream", 0, "text/event-stream".length())) {
            throw UpstreamException.notUnderstood("the model's server does not stream", null);
        }
    }

    private HttpResponse<ChunkPipe> head() throws UpstreamException, InterruptedException {
        try {
            return sending.get(patience().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw tooSlow();
        } catch (CancellationException | ExecutionException e) {
            cancellation.throwIfCancelled();
            throw new UpstreamException(
                    Fault.PASSING, "upstream_unreachable", "the model's server cannot be reached", e);
        }
    }

    private String errorBody() throws InterruptedException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        try {
            List<ByteBuffer> piece = pipe.next(LAST_BYTES);
            while (piece != null && body.size() < MAX_ERROR_BYTES) {
                for (ByteBuffer buffer : piece) {
                    byte[] bytes = new byte[buffer.remaining()];
                    buffer.get(bytes);
                    body.write(bytes, 0, bytes.length);
                }
                piece = pipe.next(LAST_BYTES);
            }
        } catch (IOException e) {
            LOGGER.log(Level.DEBUG, "the body of an error was not read to its end", e);
        }
        return body.toString(StandardCharsets.UTF_8);
    }

    /**
     * Waits for the next event.
     *
     * @return its data, or null at the end of the stream
     * @throws UpstreamException if the stream breaks, is silent for too long, or holds what is no event
     */
    String next() throws UpstreamException, InterruptedException {
        String event = events.poll();
        try {
            while (event == null) {
                List<ByteBuffer> piece = pipe.next(patience());
                if (piece == null) {
                    return null;
                }
                for (ByteBuffer buffer : piece) {
                    events.take(buffer);
                }
                event = events.poll();
            }
        } catch (ChunkPipe.SlowException e) {
            throw tooSlow();
        } catch (IOException e) {
            cancellation.throwIfCancelled();
            throw UpstreamException.broken(e);
        }
        return event;
    }

    /** The model has said its first words: from now on it may pause for so long, and no longer. */
    void spoken() {
        hasSpoken = true;
    }

    private Duration patience() {
        if (hasSpoken) {
            return config.idleTimeout();
        }
        Duration left = config.firstTokenTimeout().minusNanos(ticker.read() - startedAt);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private UpstreamException tooSlow() {
        return hasSpoken
                ? UpstreamException.slow("the model did not go on", config.idleTimeout())
                : UpstreamException.slow("the model did not begin", config.firstTokenTimeout());
    }

    /** Everything has been said: reads what ends the answer, so that the connection can serve again. */
    void finish() throws InterruptedException {
        try {
            for (int pieces = 0; pieces < 8 && pipe.next(LAST_BYTES) != null; pieces++) {
                // What comes after the end means nothing.
            }
        } catch (IOException e) {
            // Then the connection does not serve again.
            abort();
        }
    }

    @Override
    public void close() {
        registration.close();
        abort();
    }

    // Synchronized: whoever comes second returns when the connection is closed, and not while the first is at it.
    private synchronized void abort() {
        pipe.abort();
        sending.cancel(true);
    }

    /** For an engine whose thread was told to stop. */
    static QueryCancelledException interrupted() {
        Thread.currentThread().interrupt();
        return new QueryCancelledException("the engine's thread was interrupted");
    }
}
