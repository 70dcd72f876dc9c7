package io.synapse.engine.openai;

import io.synapse.engine.CancellationToken;
import io.synapse.engine.QueryCancelledException;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Thought;
import io.synapse.engine.Toolbox;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Records what an engine tells, and stops it as the product does: the callbacks run, and its thread is interrupted. */
final class LiveContext implements QueryContext, CancellationToken {

    private final List<Thought> thoughts = new CopyOnWriteArrayList<>();
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private final List<Runnable> actions = new CopyOnWriteArrayList<>();
    private volatile Consumer<Thought> onThought = thought -> {};
    private volatile boolean cancelled;
    private volatile Toolbox toolbox = Toolbox.EMPTY;

    void onThought(Consumer<Thought> action) {
        onThought = action;
    }

    void offer(Toolbox tools) {
        toolbox = tools;
    }

    @Override
    public Toolbox tools() {
        return toolbox;
    }

    void cancel(Thread worker) {
        cancelled = true;
        actions.forEach(Runnable::run);
        worker.interrupt();
    }

    List<Thought> thoughts() {
        return thoughts;
    }

    List<Duration> pauses() {
        return pauses;
    }

    List<String> contents(String type) {
        return thoughts.stream()
                .filter(thought -> thought.type().equals(type))
                .map(Thought::content)
                .toList();
    }

    @Override
    public long emit(Thought thought) {
        throwIfCancelled();
        thoughts.add(thought);
        onThought.accept(thought);
        return thoughts.size();
    }

    @Override
    public CancellationToken cancellation() {
        return this;
    }

    @Override
    public void pause(Duration time) {
        throwIfCancelled();
        pauses.add(time);
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public void throwIfCancelled() {
        if (cancelled) {
            throw new QueryCancelledException("the test wants it");
        }
    }

    @Override
    public Registration onCancel(Runnable action) {
        actions.add(action);
        return () -> actions.remove(action);
    }
}
