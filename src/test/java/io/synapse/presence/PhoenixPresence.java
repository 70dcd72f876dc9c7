package io.synapse.presence;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The npm client's {@code Presence} class, as far as its state goes: {@code syncState} and {@code syncDiff} of phoenix
 * 1.8, line by line. Strict where the original is not: it fails on what it would silently ignore.
 */
final class PhoenixPresence {

    private final PresenceFeed feed;
    private final Map<String, List<PresenceMeta>> state = new LinkedHashMap<>();
    private PresenceCounts counts;
    private int states;
    private final List<PresenceDiff> diffs = new ArrayList<>();

    PhoenixPresence(PresenceFeed feed) {
        this.feed = feed;
    }

    /** Reads everything there is. */
    PhoenixPresence read() {
        while (readOne()) {
            // One thing after the other.
        }
        return this;
    }

    /** Reads the next thing; false if there is none. */
    boolean readOne() {
        Optional<PresenceNews> next = feed.next();
        next.ifPresent(this::apply);
        return next.isPresent();
    }

    private void apply(PresenceNews news) {
        counts = news.counts();
        if (news instanceof PresenceState whole) {
            states++;
            state.clear();
            whole.listed().forEach((key, metas) -> state.put(key, new ArrayList<>(metas)));
        } else if (news instanceof PresenceDiff diff) {
            if (states == 0) {
                throw new AssertionError("a diff before the state");
            }
            diffs.add(diff);
            diff.joins().forEach(this::join);
            diff.leaves().forEach(this::leave);
        }
    }

    private void join(String key, List<PresenceMeta> metas) {
        List<PresenceMeta> present = state.computeIfAbsent(key, unused -> new ArrayList<>());
        for (PresenceMeta meta : metas) {
            if (present.stream().anyMatch(known -> known.ref().equals(meta.ref()))) {
                throw new AssertionError("told twice: " + meta);
            }
            meta.previous().ifPresent(previous -> {
                if (present.stream().noneMatch(known -> known.ref().equals(previous))) {
                    throw new AssertionError("phx_ref_prev is not known: " + meta);
                }
            });
            present.add(meta);
        }
    }

    private void leave(String key, List<PresenceMeta> metas) {
        List<PresenceMeta> present = state.get(key);
        for (PresenceMeta meta : metas) {
            if (present == null || !present.removeIf(known -> known.ref().equals(meta.ref()))) {
                throw new AssertionError("leaves without having come: " + meta);
            }
        }
        if (present.isEmpty()) {
            state.remove(key);
        }
    }

    /** The refs it knows, by key; without order, as the client has none. */
    Map<String, TreeSet<String>> refs() {
        return refs(state);
    }

    static Map<String, TreeSet<String>> refs(Map<String, List<PresenceMeta>> metas) {
        Map<String, TreeSet<String>> refs = new TreeMap<>();
        metas.forEach((key, list) -> list.forEach(
                meta -> refs.computeIfAbsent(key, unused -> new TreeSet<>()).add(meta.ref())));
        return refs;
    }

    List<PresenceMeta> metas(String key) {
        return state.getOrDefault(key, List.of());
    }

    PresenceCounts counts() {
        return counts;
    }

    /** How often it was given the whole state. */
    int states() {
        return states;
    }

    /** The diffs it was given. */
    List<PresenceDiff> diffs() {
        return diffs;
    }

    void end() {
        feed.end();
    }
}
