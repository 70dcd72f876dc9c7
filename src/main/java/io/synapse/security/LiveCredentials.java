package io.synapse.security;

import io.synapse.platform.Timers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The credentials that connections and joins live by, from when they were shown until these end. Who holds one is told
 * before it expires, and when it has expired or was revoked. Safe for use by many threads. As many are here as connections
 * and joins.
 *
 * <p>Time is the calendar's, as what credentials say is; a machine that was asleep finds out when it wakes.
 */
public final class LiveCredentials {

    /** Revocations that are remembered, for credentials that were found good just before and are only now held. */
    static final int MAX_REMEMBERED = 10_000;

    /**
     * When who is told.
     *
     * @param warning how long before it expires its holder is told
     * @param grace how long after that it still counts
     */
    public record Terms(Duration warning, Duration grace) {}

    /** Why a credential counts no more. */
    public enum End {
        /** Its time is over, and the grace too. */
        EXPIRED,
        /** It was revoked, or what it was made from was. */
        REVOKED
    }

    /** Whoever lives by a credential. Called without any lock, on threads that must not be kept waiting. */
    public interface Holder {

        /**
         * It is about to expire.
         *
         * @param at when
         */
        void expiring(Instant at);

        /**
         * It counts no more. Called once, and nothing after it.
         *
         * @param end why
         */
        void over(End end);
    }

    private final Terms terms;
    private final Clock clock;
    private final Timers timers;
    private final Map<String, Set<Lease>> bySource = new HashMap<>();
    private final Set<String> revoked = new LinkedHashSet<>();

    /**
     * None yet.
     *
     * @param terms when who is told
     * @param clock the calendar
     * @param timers for expiry
     * @param revocations tells what is revoked
     */
    public LiveCredentials(Terms terms, Clock clock, Timers timers, Revocations revocations) {
        this.terms = terms;
        this.clock = clock;
        this.timers = timers;
        revocations.subscribe(this::revoke);
    }

    /**
     * Somebody lives by a credential from now on.
     *
     * @param identity who has shown it
     * @param holder told what becomes of it, perhaps at once
     * @return to be ended when the holder goes
     */
    public Lease begin(Identity identity, Holder holder) {
        Lease lease = new Lease(this, identity, holder);
        move(lease, "", identity.credential().source());
        lease.look();
        return lease;
    }

    private void revoke(String source) {
        List<Lease> all;
        synchronized (bySource) {
            if (revoked.size() >= MAX_REMEMBERED) {
                revoked.remove(revoked.iterator().next());
            }
            revoked.add(source);
            all = List.copyOf(bySource.getOrDefault(source, Set.of()));
        }
        all.forEach(Lease::revoke);
    }

    void move(Lease lease, String from, String to) {
        boolean late;
        synchronized (bySource) {
            take(lease, from);
            late = revoked.contains(to);
            if (!late && !to.isEmpty()) {
                bySource.computeIfAbsent(to, key -> new HashSet<>()).add(lease);
            }
        }
        if (late) {
            lease.revoke();
        } else if (lease.isOver()) {
            // Its holder has gone meanwhile.
            remove(lease, to);
        }
    }

    void remove(Lease lease, String source) {
        synchronized (bySource) {
            take(lease, source);
        }
    }

    private void take(Lease lease, String source) {
        bySource.computeIfPresent(source, (key, leases) -> {
            leases.remove(lease);
            return leases.isEmpty() ? null : leases;
        });
    }

    Instant now() {
        return clock.instant();
    }

    Terms terms() {
        return terms;
    }

    Timers timers() {
        return timers;
    }

    /**
     * How many are held that can be revoked.
     *
     * @return figures of this moment
     */
    public int count() {
        synchronized (bySource) {
            return bySource.values().stream().mapToInt(Set::size).sum();
        }
    }
}
