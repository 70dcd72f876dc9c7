package io.synapse.security;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** {@link Revocations} of one node. Safe for use by many threads. */
public final class LocalRevocations implements Revocations {

    private static final System.Logger LOG = System.getLogger(LocalRevocations.class.getName());

    // One for each part of the application that wants to know.
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

    @Override
    public void announce(String source) {
        if (source.isEmpty()) {
            throw new IllegalArgumentException("what has no source cannot be revoked");
        }
        for (Consumer<String> listener : listeners) {
            try {
                listener.accept(source);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "a revocation was not carried out", e);
            }
        }
    }

    @Override
    public void subscribe(Consumer<String> listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }
}
