package io.synapse.query;

import io.synapse.config.QueryConfig;
import io.synapse.engine.CancellationToken;
import io.synapse.engine.QueryCancelledException;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Thought;
import io.synapse.platform.Counter;
import io.synapse.query.QueryEvent.ThoughtEvent;
import io.synapse.stream.PositionedStream;
import java.time.Duration;

/** What an engine sees of its query: it appends thoughts to the query's stream, as fast as its followers allow. */
final class Emitter implements QueryContext {

    private final PositionedStream<QueryEvent> stream;
    private final QueryEnvironment environment;
    private final Cancellation cancellation;
    private final FlowControl flow;
    private final Runnable tooLong;

    Emitter(
            PositionedStream<QueryEvent> stream,
            QueryEnvironment environment,
            Cancellation cancellation,
            FlowControl flow,
            Runnable tooLong) {
        this.stream = stream;
        this.environment = environment;
        this.cancellation = cancellation;
        this.flow = flow;
        this.tooLong = tooLong;
    }

    @Override
    public long emit(Thought thought) {
        cancellation.throwIfCancelled();
        flow.await(stream.end());
        ThoughtEvent event = new ThoughtEvent(
                thought.type(),
                thought.content(),
                thought.confidence(),
                environment.clock().millis());
        QueryConfig config = environment.config();
        if (stream.end() >= config.maxThoughts() || stream.bytes() + event.bytes() > config.maxOutputBytes()) {
            tooLong.run();
        }
        long seq = stream.append(event);
        if (seq == PositionedStream.SEALED) {
            environment.counters().increment(Counter.THOUGHTS_LATE);
            cancellation.throwIfCancelled();
            throw new QueryCancelledException("the query has ended");
        }
        environment.counters().increment(Counter.THOUGHTS);
        return seq;
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
