package io.synapse.engine.openai;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The body of a response, read by one thread piece by piece. A piece is asked for when the one before it is used up, so a
 * reader that is slow slows the upstream, and nothing is kept here beyond one piece.
 *
 * <p>{@link #abort} may be called by any thread at any moment and closes the connection before it returns: for HTTP/1.1
 * the JDK's client does so on the thread that cancels the subscription.
 */
final class ChunkPipe implements BodySubscriber<ChunkPipe> {

    private sealed interface Signal {}

    private record Piece(List<ByteBuffer> buffers) implements Signal {}

    private record End(Throwable failure) implements Signal {}

    private static final Subscription ABORTED = new Subscription() {
        @Override
        public void request(long n) {
            // There is nothing to ask for any more.
        }

        @Override
        public void cancel() {
            // It is cancelled.
        }
    };

    // Completed when there is something to cancel: until then it is the request that must be.
    private final CompletableFuture<ChunkPipe> itself = new CompletableFuture<>();
    private final AtomicReference<Subscription> subscription = new AtomicReference<>();
    // At most one piece, as one is asked for at a time, and the end.
    private final BlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private boolean usedUp;

    @Override
    public CompletionStage<ChunkPipe> getBody() {
        return itself;
    }

    @Override
    public void onSubscribe(Subscription given) {
        if (subscription.compareAndSet(null, given)) {
            given.request(1);
        } else {
            given.cancel();
        }
        itself.complete(this);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        signals.add(new Piece(buffers));
    }

    @Override
    public void onError(Throwable failure) {
        signals.add(new End(failure));
    }

    @Override
    public void onComplete() {
        signals.add(new End(null));
    }

    /**
     * Waits for the next piece.
     *
     * @param limit how long
     * @return the piece, or null at the end of the body
     * @throws SlowException if nothing came in time
     * @throws IOException if the connection failed
     * @throws InterruptedException if the thread is to stop
     */
    List<ByteBuffer> next(Duration limit) throws IOException, InterruptedException {
        if (usedUp) {
            usedUp = false;
            subscription.get().request(1);
        }
        Signal signal = signals.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
        if (signal == null) {
            throw new SlowException();
        }
        if (signal instanceof Piece piece) {
            usedUp = true;
            return piece.buffers();
        }
        // Whoever asks again is told again.
        signals.add(signal);
        Throwable failure = ((End) signal).failure();
        if (failure != null) {
            throw new IOException(failure);
        }
        return null;
    }

    /** Closes the connection, unless the body has come to its end. */
    void abort() {
        Subscription given = subscription.getAndSet(ABORTED);
        if (given != null) {
            given.cancel();
        }
        signals.add(new End(new CancellationException("the request was given up")));
    }

    /** Nothing came in time. */
    static final class SlowException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
