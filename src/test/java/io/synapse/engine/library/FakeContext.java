package io.synapse.engine.library;

import io.synapse.engine.CancellationToken;
import io.synapse.engine.QueryCancelledException;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Thought;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Records what an engine does, waits for nothing, and ends the query when the test says so. */
final class FakeContext implements QueryContext, CancellationToken {

    private final List<Thought> thoughts = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private int cancelAfterThoughts = Integer.MAX_VALUE;
    private int cancelAfterPauses = Integer.MAX_VALUE;
    private boolean isCancelled;
    private int actsAfterCancel;

    static FakeContext cancelledAfterThoughts(int count) {
        FakeContext context = new FakeContext();
        context.cancelAfterThoughts = count;
        context.isCancelled = count == 0;
        return context;
    }

    static FakeContext cancelledInPause(int count) {
        FakeContext context = new FakeContext();
        context.cancelAfterPauses = count;
        return context;
    }

    List<Thought> thoughts() {
        return thoughts;
    }

    List<Duration> pauses() {
        return pauses;
    }

    Duration paused() {
        return pauses.stream().reduce(Duration.ZERO, Duration::plus);
    }

    /** Thoughts and pauses the engine tried after the query had ended: looks at the token before each act make it 0. */
    int actsAfterCancel() {
        return actsAfterCancel;
    }

    List<String> contents(String type) {
        return thoughts.stream()
                .filter(thought -> thought.type().equals(type))
                .map(Thought::content)
                .toList();
    }

    String text() {
        return String.join("", contents(Thought.TEXT));
    }

    @Override
    public long emit(Thought thought) {
        throwIfLate();
        thoughts.add(thought);
        isCancelled = thoughts.size() >= cancelAfterThoughts;
        return thoughts.size();
    }

    @Override
    public void pause(Duration time) {
        throwIfLate();
        pauses.add(time);
        if (pauses.size() >= cancelAfterPauses) {
            isCancelled = true;
            throwIfCancelled();
        }
    }

    private void throwIfLate() {
        if (isCancelled) {
            actsAfterCancel++;
        }
        throwIfCancelled();
    }

    @Override
    public CancellationToken cancellation() {
        return this;
    }

    @Override
    public boolean isCancelled() {
        return isCancelled;
    }

    @Override
    public void throwIfCancelled() {
        if (isCancelled) {
            throw new QueryCancelledException("the test wants it");
        }
    }

    @Override
    public Registration onCancel(Runnable action) {
        throw new UnsupportedOperationException("not needed by this engine");
    }
}
