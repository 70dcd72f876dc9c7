package io.synapse.security.key;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The managed keys of one node, in its memory, and in a file if it has one. Safe for use by many threads. */
public final class LocalKeys implements KeyStore {

    private final Optional<KeyFile> file;
    private final int max;

    /** Replaced as a whole once the file has it, so that readers never wait for a disk. */
    private volatile NavigableMap<String, ManagedKey> keys = new TreeMap<>();

    /**
     * Reads the file.
     *
     * @param file where they are kept; empty for memory only
     * @param max how many there may be
     * @throws IllegalStateException if the file cannot be read, or is damaged
     */
    public LocalKeys(Optional<KeyFile> file, int max) {
        this.file = file;
        this.max = max;
        NavigableMap<String, ManagedKey> read = new TreeMap<>();
        file.ifPresent(present -> present.read().forEach(key -> read.put(key.id(), key)));
        keys = read;
    }

    /** Keys in memory. */
    LocalKeys(List<ManagedKey> present, int max) {
        file = Optional.empty();
        this.max = max;
        NavigableMap<String, ManagedKey> all = new TreeMap<>();
        present.forEach(key -> all.put(key.id(), key));
        keys = all;
    }

    /** All of them, in the order of their ids. */
    List<ManagedKey> all() {
        return List.copyOf(keys.values());
    }

    @Override
    public boolean isDurable() {
        return file.isPresent();
    }

    @Override
    public Optional<ManagedKey> find(String id) {
        return Optional.ofNullable(keys.get(id));
    }

    @Override
    public List<ManagedKey> page(String after, int limit) {
        return keys.tailMap(after, false).values().stream().limit(limit).toList();
    }

    @Override
    public synchronized Added add(ManagedKey key) {
        NavigableMap<String, ManagedKey> next = new TreeMap<>(keys);
        boolean taken = next.values().stream()
                .anyMatch(other -> other.revokedAt().isEmpty() && other.name().equals(key.name()));
        if (taken) {
            return Added.NAME_TAKEN;
        }
        if (next.size() >= max) {
            Optional<ManagedKey> oldest = next.values().stream()
                    .filter(other -> other.revokedAt().isPresent())
                    .min(Comparator.comparing(other -> other.revokedAt().orElseThrow()));
            if (oldest.isEmpty()) {
                return Added.FULL;
            }
            next.remove(oldest.get().id());
        }
        next.put(key.id(), key);
        keep(next);
        return Added.ADDED;
    }

    @Override
    public synchronized Optional<ManagedKey> update(String id, UnaryOperator<ManagedKey> change) {
        ManagedKey present = keys.get(id);
        if (present == null) {
            return Optional.empty();
        }
        ManagedKey changed = change.apply(present);
        if (!changed.equals(present)) {
            NavigableMap<String, ManagedKey> next = new TreeMap<>(keys);
            next.put(id, changed);
            keep(next);
        }
        return Optional.of(changed);
    }

    @Override
    public synchronized void used(Map<String, Instant> uses) {
        NavigableMap<String, ManagedKey> next = new TreeMap<>(keys);
        uses.forEach((id, at) -> next.computeIfPresent(id, (same, key) -> key.used(at)));
        keep(next);
    }

    private void keep(NavigableMap<String, ManagedKey> next) {
        file.ifPresent(present -> present.write(new ArrayList<>(next.values())));
        keys = next;
    }
}
