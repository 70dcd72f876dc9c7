package io.synapse.security.key;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The managed keys of all nodes: one text with a number, of which each node has a copy, so that no handshake waits. Whoever
 * changes something writes the whole text, if nobody else has done so meanwhile, and tries again otherwise. Safe for use by many
 * threads.
 */
public final class SharedKeys implements KeyStore {

    private static final int TRIES = 20;

    /** Where the text is. */
    public interface Place {

        /**
         * Reads it; waits, for a bounded time.
         *
         * @return the text of now; number 0 and no text if there is none
         * @throws UncheckedIOException if it cannot be read
         */
        Version read();

        /**
         * Writes it, with the next number, and tells the other nodes; waits, for a bounded time.
         *
         * @param before the number that it has if nobody else has written it
         * @param text the new one
         * @return whether it was written
         * @throws UncheckedIOException if it is not known whether it was
         */
        boolean write(long before, String text);
    }

    /**
     * The keys at some time.
     *
     * @param number grows with each change
     * @param text of all of them
     */
    public record Version(long number, String text) {}

    private record Copy(long number, LocalKeys keys) {}

    private final Place place;
    private final int max;
    private volatile Copy copy;

    /**
     * Keys that have yet to be {@linkplain #heard heard of}.
     *
     * @param place where they are
     * @param max how many there may be
     */
    public SharedKeys(Place place, int max) {
        this.place = place;
        this.max = max;
        copy = new Copy(0, new LocalKeys(List.of(), max));
    }

    /**
     * The keys have changed, or were read for the first time.
     *
     * @param version as they are now; an older one changes nothing
     */
    public void heard(Version version) {
        Copy fresh = copy(version);
        synchronized (this) {
            if (fresh.number() > copy.number()) {
                copy = fresh;
            }
        }
    }

    private Copy copy(Version version) {
        List<ManagedKey> keys = version.text().isEmpty() ? List.of() : KeyText.read(version.text());
        return new Copy(version.number(), new LocalKeys(keys, max));
    }

    /** Changes the keys as they are now; not written if nothing has changed. */
    private <T> T change(Function<LocalKeys, T> change) {
        for (int i = 0; i < TRIES; i++) {
            Version before = place.read();
            Copy next = copy(before);
            T result = change.apply(next.keys());
            String text = KeyText.write(next.keys().all());
            if (text.equals(before.text())) {
                heard(before);
                return result;
            }
            if (place.write(before.number(), text)) {
                heard(new Version(before.number() + 1, text));
                return result;
            }
        }
        throw new UncheckedIOException(new IOException("too many change the keys at the same time"));
    }

    @Override
    public boolean isDurable() {
        return true;
    }

    @Override
    public Optional<ManagedKey> find(String id) {
        return copy.keys().find(id);
    }

    @Override
    public List<ManagedKey> page(String after, int limit) {
        return copy.keys().page(after, limit);
    }

    @Override
    public Added add(ManagedKey key) {
        return change(keys -> keys.add(key));
    }

    @Override
    public Optional<ManagedKey> update(String id, UnaryOperator<ManagedKey> change) {
        return change(keys -> keys.update(id, change));
    }

    @Override
    public void used(Map<String, Instant> uses) {
        change(keys -> {
            keys.used(uses);
            return true;
        });
    }
}
