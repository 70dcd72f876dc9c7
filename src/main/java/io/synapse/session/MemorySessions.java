package io.synapse.session;

import io.synapse.config.SessionConfig;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The sessions of one node, in its memory. At a bound, what was kept longest goes; if nothing is kept, new ones are
 * refused. Safe for use by many threads.
 */
public final class MemorySessions implements SessionStore {

    private record Entry(Kept kept, long since, int bytes) {}

    private final SessionConfig config;
    private final Ticker ticker;
    private final Timers timers;
    private final Counters counters;
    private final Map<SessionKey, Holder> held = new HashMap<>();
    /** All are kept equally long, so the order in which they came is the order in which they go. */
    private final Map<SessionKey, Entry> kept = new LinkedHashMap<>();

    private long bytes;
    private boolean scheduled;

    /**
     * No sessions.
     *
     * @param config the bounds
     * @param ticker tells how long something was kept
     * @param timers forgets what was kept long enough
     * @param counters for what happens
     */
    public MemorySessions(SessionConfig config, Ticker ticker, Timers timers, Counters counters) {
        this.config = config;
        this.ticker = ticker;
        this.timers = timers;
        this.counters = counters;
    }

    @Override
    public void claim(SessionKey key, Holder holder, Consumer<Claim> told) {
        List<Kept> gone = new ArrayList<>();
        Holder before = null;
        Entry found = null;
        boolean room;
        synchronized (this) {
            expire(gone);
            Holder present = held.get(key);
            boolean late = present != null && holder.isBefore(present);
            room = !late && (present != null || kept.containsKey(key) || makeRoom(gone));
            if (room) {
                found = take(key);
                before = held.put(key, holder);
            }
        }
        letGo(gone);
        if (!room) {
            counters.increment(Counter.SESSIONS_REFUSED);
            told.accept(new Claim(false, Optional.empty()));
        } else if (before != null) {
            counters.increment(Counter.SESSIONS_TAKEN_OVER);
            before.giveUp(given -> told.accept(new Claim(true, Optional.of(given))));
        } else {
            if (found != null) {
                counters.increment(Counter.SESSIONS_RESUMED);
            }
            told.accept(new Claim(true, Optional.ofNullable(found).map(Entry::kept)));
        }
    }

    private boolean makeRoom(List<Kept> gone) {
        if (held.size() + kept.size() >= config.max()) {
            evictOldest(gone);
        }
        return held.size() + kept.size() < config.max();
    }

    @Override
    public void keep(SessionKey key, Holder holder, Kept what) {
        List<Kept> gone = new ArrayList<>();
        synchronized (this) {
            if (!held.remove(key, holder)) {
                return;
            }
            if (config.keep().isZero()) {
                gone.add(what);
            } else {
                Entry entry = new Entry(what, ticker.read(), what.state().bytes());
                kept.put(key, entry);
                bytes += entry.bytes();
                while (bytes > config.totalBytes()) {
                    evictOldest(gone);
                }
                schedule(config.keep());
            }
        }
        letGo(gone);
    }

    @Override
    public void forget(SessionKey key, Holder holder) {
        synchronized (this) {
            held.remove(key, holder);
        }
    }

    /**
     * Whether there is a session, held or kept.
     *
     * @param key which
     * @return false if it has been forgotten
     */
    public synchronized boolean knows(SessionKey key) {
        return held.containsKey(key) || kept.containsKey(key);
    }

    /**
     * Who holds a session.
     *
     * @param key which
     * @return empty if nobody does
     */
    public synchronized Optional<Holder> holder(SessionKey key) {
        return Optional.ofNullable(held.get(key));
    }

    @Override
    public synchronized Status status() {
        return new Status(held.size(), kept.size(), bytes);
    }

    private Entry take(SessionKey key) {
        Entry entry = kept.remove(key);
        if (entry != null) {
            bytes -= entry.bytes();
        }
        return entry;
    }

    private void evictOldest(List<Kept> gone) {
        Iterator<SessionKey> oldest = kept.keySet().iterator();
        if (oldest.hasNext()) {
            gone.add(take(oldest.next()).kept());
            counters.increment(Counter.SESSIONS_EVICTED);
        }
    }

    private void expire(List<Kept> gone) {
        long now = ticker.read();
        Iterator<Entry> oldest = kept.values().iterator();
        while (oldest.hasNext()) {
            Entry entry = oldest.next();
            if (now - entry.since() < config.keep().toNanos()) {
                return;
            }
            oldest.remove();
            bytes -= entry.bytes();
            gone.add(entry.kept());
            counters.increment(Counter.SESSIONS_EXPIRED);
        }
    }

    // One timer for all, for the one that goes first.
    private void schedule(Duration delay) {
        if (!scheduled) {
            scheduled = true;
            timers.after(delay, this::sweep);
        }
    }

    private void sweep() {
        List<Kept> gone = new ArrayList<>();
        synchronized (this) {
            scheduled = false;
            expire(gone);
            Iterator<Entry> next = kept.values().iterator();
            if (next.hasNext()) {
                schedule(config.keep().minusNanos(ticker.read() - next.next().since()));
            }
        }
        letGo(gone);
    }

    private static void letGo(List<Kept> gone) {
        gone.forEach(each -> each.lease().run());
    }
}
