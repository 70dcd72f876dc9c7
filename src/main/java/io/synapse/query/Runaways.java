package io.synapse.query;

import io.synapse.platform.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The engines that go on though their query has ended, and the bound on that too. Each keeps its place among the running
 * ones, so there are never more than {@code max-concurrent}. Safe for use by many threads.
 */
public final class Runaways {

    private final Set<EngineWork> all = ConcurrentHashMap.newKeySet();

    /**
     * One of them.
     *
     * @param engine its name
     * @param agent of its query
     * @param ref of its query; empty if the query was asked on a channel, where the ref is known to the client only
     * @param thread what it was called on; {@code none} once that call has returned
     * @param since how long ago it was told to stop
     */
    public record Runaway(String engine, String agent, Optional<String> ref, String thread, Duration since) {}

    void add(EngineWork work) {
        all.add(work);
    }

    void remove(EngineWork work) {
        all.remove(work);
    }

    /** How many there are. */
    int count() {
        return all.size();
    }

    /** Some of them, those first that go on longest. */
    List<Runaway> list(Ticker ticker, int limit) {
        return all.stream()
                .map(work -> work.describe(ticker.read()))
                .sorted((one, other) -> other.since().compareTo(one.since()))
                .limit(limit)
                .toList();
    }
}
