package io.synapse.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import io.synapse.cluster.Nodes;
import io.synapse.security.limit.SharedPlaces;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The places of all nodes: for each holder a sorted set of them by the end of their lease. Counting and taking is one step of
 * Redis, so however many ask on however many nodes, there are never more than may be. A node renews its own; those of a node that
 * has died come back by themselves when their lease has run out. Safe for use by many threads.
 *
 * <p><b>Redis away.</b> Everybody is let in by this, and counted when Redis is back; then there may be too many until some have
 * gone.
 */
public final class RedisPlaces implements SharedPlaces {

    private static final System.Logger LOGGER = System.getLogger(RedisPlaces.class.getName());
    private static final Script TAKE = Script.of("place-take");
    private static final Script RENEW = Script.of("place-renew");
    private static final int RENEWED_AT_ONCE = 500;

    private final RedisLink link;
    private final String self;
    private final byte[] lease;
    private final Duration timeout;
    private final Rounds rounds;
    /** The places of this node by holder; as many as there are connections. */
    private final Map<String, Set<String>> taken = new ConcurrentHashMap<>();

    /**
     * No places of this node.
     *
     * @param link to Redis
     * @param nodes tell when to renew; must not have been started
     * @param lease how long a place outlives its node
     * @param timeout how long somebody waits for a place
     */
    public RedisPlaces(RedisLink link, Nodes nodes, Duration lease, Duration timeout) {
        this.link = link;
        self = nodes.self();
        this.lease = Script.bytes(lease.toMillis());
        this.timeout = timeout;
        rounds = new Rounds(link);
        nodes.watch(new Nodes.Watcher() {
            @Override
            public void renewed() {
                rounds.run(taken.keySet(), RedisPlaces.this::renew);
            }
        });
    }

    @Override
    public Optional<String> take(String place, Map<String, Integer> bounds) {
        List<String> got = new ArrayList<>();
        CompletableFuture<Optional<String>> taking =
                take(place, List.copyOf(bounds.entrySet()), 0, got).toCompletableFuture();
        Optional<String> full;
        try {
            full = taking.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.log(Level.DEBUG, "this node counts its connections alone: {0}", String.valueOf(e));
            full = Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            full = Optional.empty();
        }
        if (full.isPresent()) {
            got.forEach(holder -> giveBack(place, holder));
        } else {
            bounds.keySet()
                    .forEach(holder -> taken.compute(holder, (unused, places) -> {
                        Set<String> all = places == null ? ConcurrentHashMap.newKeySet() : places;
                        all.add(name(place));
                        return all;
                    }));
        }
        return full;
    }

    private String name(String place) {
        return self + ' ' + place;
    }

    private String key(String holder) {
        return link.keys().of("places", holder);
    }

    // One after the other, so that one who is refused has taken as little as can be from those beside him.
    private CompletionStage<Optional<String>> take(
            String place, List<Map.Entry<String, Integer>> wanted, int from, List<String> got) {
        if (from == wanted.size()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        String holder = wanted.get(from).getKey();
        return link.<Long>eval(
                        TAKE,
                        ScriptOutputType.INTEGER,
                        List.of(key(holder)),
                        Script.bytes(name(place)),
                        Script.bytes(wanted.get(from).getValue()),
                        lease)
                .thenCompose(is -> {
                    if (is == 0) {
                        return CompletableFuture.completedFuture(Optional.of(holder));
                    }
                    got.add(holder);
                    return take(place, wanted, from + 1, got);
                });
    }

    @Override
    public void release(String place, Collection<String> holders) {
        for (String holder : holders) {
            taken.computeIfPresent(holder, (unused, places) -> {
                places.remove(name(place));
                return places.isEmpty() ? null : places;
            });
            giveBack(place, holder);
        }
    }

    // What cannot be given back now comes back by its lease.
    private void giveBack(String place, String holder) {
        link.call(redis -> redis.zrem(key(holder), Script.bytes(name(place))));
    }

    private CompletionStage<?> renew(String holder) {
        List<String> places = List.copyOf(taken.getOrDefault(holder, Set.of()));
        CompletionStage<?> last = CompletableFuture.completedFuture(null);
        for (int from = 0; from < places.size(); from += RENEWED_AT_ONCE) {
            List<byte[]> arguments = new ArrayList<>(List.of(lease));
            places.subList(from, Math.min(places.size(), from + RENEWED_AT_ONCE))
                    .forEach(place -> arguments.add(Script.bytes(place)));
            last = link.eval(RENEW, ScriptOutputType.INTEGER, List.of(key(holder)), arguments.toArray(byte[][]::new));
        }
        return last;
    }
}
