package io.synapse.query;

import io.synapse.config.QueryConfig;
import io.synapse.engine.CancellationToken;
import io.synapse.engine.QueryCancelledException;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Thought;
import io.synapse.engine.Toolbox;
import io.synapse.platform.Counter;
import io.synapse.query.OutputBudget.Verdict;
import io.synapse.query.QueryEvent.ProgressEvent;
import io.synapse.query.QueryEvent.ThoughtEvent;
import io.synapse.stream.PositionedStream;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongFunction;

/** What an engine sees of its query: it appends thoughts to the query's stream, as fast as its followers allow. */
final class Emitter implements QueryContext {

    /** What the query makes of its output. */
    interface Output {
        /** Whether an entry may be shown, by the subject's budget; it is counted. */
        Verdict mayEmit(QueryEvent event);

        /** How long ago the query was accepted. */
        long afterMillis();

        /** The first entry is shown. */
        void began();

        /** There is more than the server allows. */
        void tooLong();

        /** There is more than the subject's budget allows. */
        void exhausted();
    }

    private static final int MAX_PERCENT = 100;

    private final PositionedStream<QueryEvent> stream;
    private final QueryEnvironment environment;
    private final Cancellation cancellation;
    private final FlowControl flow;
    private final Toolbox toolbox;
    private final Output output;

    Emitter(
            PositionedStream<QueryEvent> stream,
            QueryEnvironment environment,
            Cancellation cancellation,
            FlowControl flow,
            Toolbox toolbox,
            Output output) {
        this.stream = stream;
        this.environment = environment;
        this.cancellation = cancellation;
        this.flow = flow;
        this.toolbox = toolbox;
        this.output = output;
    }

    @Override
    public long emit(Thought thought) {
        return append(now -> event(thought, now));
    }

    @Override
    public CompletionStage<Long> offer(Thought thought) {
        cancellation.throwIfCancelled();
        long seq = appendNow(now -> event(thought, now));
        CompletableFuture<Void> room = flow.room(seq);
        if (room.isDone()) {
            return CompletableFuture.completedFuture(seq);
        }
        // Not on the thread of the follower that has moved on: what comes next is the engine's code.
        return room.thenApplyAsync(
                moved -> {
                    cancellation.throwIfCancelled();
                    return seq;
                },
                environment.callbacks());
    }

    private QueryEvent event(Thought thought, long now) {
        return new ThoughtEvent(thought.type(), thought.content(), thought.confidence(), now, output.afterMillis());
    }

    @Override
    public long progress(int percent, String message) {
        Objects.requireNonNull(message, "message");
        OptionalInt share = OptionalInt.of(Math.max(0, Math.min(MAX_PERCENT, percent)));
        return append(now -> new ProgressEvent(share, message, now, output.afterMillis()));
    }

    @Override
    public long progress(String message) {
        Objects.requireNonNull(message, "message");
        return append(now -> new ProgressEvent(OptionalInt.empty(), message, now, output.afterMillis()));
    }

    private long append(LongFunction<QueryEvent> made) {
        cancellation.throwIfCancelled();
        flow.await(stream.end());
        return appendNow(made);
    }

    private long appendNow(LongFunction<QueryEvent> made) {
        QueryEvent event = made.apply(environment.clock().millis());
        QueryConfig config = environment.config();
        if (stream.end() >= config.maxThoughts() || stream.bytes() + event.bytes() > config.maxOutputBytes()) {
            output.tooLong();
        }
        Verdict verdict = output.mayEmit(event);
        if (verdict == Verdict.OVER) {
            // It seals the stream, so that this one is late.
            output.exhausted();
        }
        long seq = stream.append(event);
        if (seq == PositionedStream.SEALED) {
            environment.counters().increment(Counter.THOUGHTS_LATE);
            cancellation.throwIfCancelled();
            throw new QueryCancelledException("the query has ended");
        }
        environment.counters().increment(Counter.THOUGHTS);
        if (seq == 1) {
            output.began();
        }
        if (verdict == Verdict.LAST) {
            output.exhausted();
            cancellation.throwIfCancelled();
        }
        return seq;
    }

    @Override
    public Toolbox tools() {
        return toolbox;
    }

    @Override
    public CancellationToken cancellation() {
        return cancellation;
    }

    @Override
    public void pause(Duration time) {
        cancellation.pause(time, environment.timers());
    }
}
