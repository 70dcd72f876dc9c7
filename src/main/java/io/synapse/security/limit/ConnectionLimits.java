package io.synapse.security.limit;

import io.synapse.config.ConnectionBounds;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.limit.Entrance.Full;
import io.synapse.security.limit.Place.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many connections there are, of whom and from where. A connection takes all its places in one step, in its handshake, so
 * that there are never more than may be, however many ask at a time. One lock for all: it is held for less than a
 * microsecond, and only by handshakes, joins and ends of connections. Safe for use by many threads.
 */
public final class ConnectionLimits {

    /** A handshake that has not become a connection by then never will. */
    static final Duration RESERVATION = Duration.ofSeconds(10);

    private static final String ADDRESS = "address ";
    private static final String KEY = "key ";
    private static final String USER = "user ";
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long USUAL_RETRY = 5 * SECOND;
    private static final long LONGEST_RETRY = 300 * SECOND;
    private static final int REFUSALS_TO_DOUBLE = 10;
    private static final int MOST_DOUBLINGS = 6;

    private final ConnectionBounds bounds;
    private final Ticker ticker;
    private final Timers timers;
    private final Counters counters;
    private final SharedPlaces shared;
    private final AtomicLong names = new AtomicLong();
    private final Map<String, Address> addresses = new HashMap<>();
    private final Map<String, Integer> holders = new HashMap<>();
    private final Address others;
    private int open;
    private int closing;
    private long sweepAt;

    /** What is known of one address. */
    static final class Address {
        private int open;
        private int refused;
        private long refusedAt;
        private long openedFull;
        private long failuresFull;

        private Address(long now) {
            refusedAt = now;
            openedFull = now;
            failuresFull = now;
        }

        private boolean isForgettable(long now) {
            return open == 0
                    && Bucket.isFull(openedFull, now)
                    && Bucket.isFull(failuresFull, now)
                    && (refused == 0 || now - refusedAt > LONGEST_RETRY);
        }
    }

    /**
     * Without any connection.
     *
     * @param bounds how many there may be
     * @param ticker elapsed time
     * @param timers give up reservations
     * @param counters for what happens
     */
    public ConnectionLimits(ConnectionBounds bounds, Ticker ticker, Timers timers, Counters counters) {
        this(bounds, ticker, timers, counters, SharedPlaces.NONE);
    }

    /**
     * Without any connection of this node.
     *
     * @param bounds how many there may be
     * @param ticker elapsed time
     * @param timers give up reservations
     * @param counters for what happens
     * @param shared counts the connections of addresses, keys and users on all nodes
     */
    public ConnectionLimits(
            ConnectionBounds bounds, Ticker ticker, Timers timers, Counters counters, SharedPlaces shared) {
        this.shared = shared;
        this.bounds = bounds;
        this.ticker = ticker;
        this.timers = timers;
        this.counters = counters;
        sweepAt = ticker.read();
        others = new Address(sweepAt);
    }

    /**
     * A look before anything else is done for a handshake: what is refused here costs next to nothing.
     *
     * @param counted what counts as one client
     * @return why it is refused
     */
    public synchronized Optional<Full> knock(String counted) {
        Address address = addresses.get(counted);
        if (address == null) {
            return Optional.empty();
        }
        long now = ticker.read();
        Optional<Full> tooFast = openedTooFast(address, now);
        return tooFast.isPresent() ? tooFast : failedTooOften(address, now);
    }

    /**
     * Whether somebody may show a credential now.
     *
     * @param counted what counts as one client
     * @return why not
     */
    public synchronized Optional<Full> mayTry(String counted) {
        Address address = addresses.get(counted);
        return address == null ? Optional.empty() : failedTooOften(address, ticker.read());
    }

    /**
     * A credential was shown that is not good.
     *
     * @param counted what counts as one client
     */
    public synchronized void failed(String counted) {
        if (bounds.failures().isBounded()) {
            long now = ticker.read();
            failed(address(counted, now), now);
        }
    }

    synchronized void failed(Place place) {
        if (bounds.failures().isBounded()) {
            failed(place.address, ticker.read());
        }
    }

    // Those that were on their way when the last one was allowed do not make it worse than empty.
    private void failed(Address address, long now) {
        if (Bucket.wait(bounds.failures(), address.failuresFull, now) == 0) {
            address.failuresFull = Bucket.taken(bounds.failures(), address.failuresFull, now);
        }
    }

    synchronized Optional<Full> mayTry(Place place) {
        return failedTooOften(place.address, ticker.read());
    }

    /**
     * Reserves what a connection takes.
     *
     * @param counted what counts as one client
     * @param identity who it is, if it has said so
     * @return a {@link Place}, or why there is none
     */
    public Entrance enter(String counted, Optional<Identity> identity) {
        Place place;
        synchronized (this) {
            long now = ticker.read();
            Address address = address(counted, now);
            Optional<Full> full = openedTooFast(address, now);
            if (full.isEmpty() && isReached(bounds.perAddress(), address.open) && address != others) {
                full = Optional.of(refuse(address, Limit.ADDRESS, USUAL_RETRY, now));
            }
            if (full.isEmpty() && open >= bounds.all()) {
                full = Optional.of(refuse(address, Limit.NODE, USUAL_RETRY, now));
            }
            if (full.isEmpty() && identity.isPresent()) {
                full = reached(identity.get(), List.of()).map(limit -> refuse(address, limit, USUAL_RETRY, now));
            }
            if (full.isPresent()) {
                return full.get();
            }
            place = new Place(this, address, false, name());
            count(address, now);
            address.refused = 0;
            open++;
            identity.ifPresent(who -> hold(place, who));
        }
        Optional<Full> full = takeShared(place, sharedBounds(place, counted));
        if (full.isPresent()) {
            release(place);
            return full.get();
        }
        place.deadline(timers.after(RESERVATION, place::abandon));
        return place;
    }

    /**
     * Reserves what a connection takes that is opened only to be closed with a code. It counts among those that its address
     * opens, and there is a bound on all of them.
     *
     * @param counted what counts as one client
     * @return empty if the refusal must be said in another way
     */
    public Optional<Place> enterToBeClosed(String counted) {
        Place place;
        synchronized (this) {
            long now = ticker.read();
            Address address = address(counted, now);
            boolean tooFast = bounds.opened().isBounded() && Bucket.wait(bounds.opened(), address.openedFull, now) > 0;
            if (closing >= bounds.closing() || tooFast) {
                return Optional.empty();
            }
            place = new Place(this, address, true, "");
            count(address, now);
            closing++;
        }
        counters.increment(Counter.CONNECTIONS_REFUSED_OPEN);
        place.deadline(timers.after(RESERVATION, place::abandon));
        return Optional.of(place);
    }

    private String name() {
        return shared == SharedPlaces.NONE ? "" : Long.toString(names.incrementAndGet());
    }

    private synchronized Map<String, Integer> sharedBounds(Place place, String counted) {
        if (shared == SharedPlaces.NONE) {
            return Map.of();
        }
        Map<String, Integer> wanted = new LinkedHashMap<>();
        if (bounds.perAddress() > 0 && place.address != others) {
            wanted.put(ADDRESS + counted, bounds.perAddress());
        }
        place.holders.forEach(holder -> wanted.put(holder, bound(holder)));
        return wanted;
    }

    private int bound(String holder) {
        return holder.startsWith(KEY) ? bounds.perKey() : bounds.perUser();
    }

    // Without the lock: this may wait for others.
    private Optional<Full> takeShared(Place place, Map<String, Integer> wanted) {
        if (wanted.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> reached = shared.take(place.name, wanted);
        boolean late;
        synchronized (this) {
            late = place.state == State.RELEASED;
            if (reached.isEmpty() && !late) {
                place.sharedHolders.addAll(wanted.keySet());
            }
        }
        if (reached.isEmpty() && late) {
            shared.release(place.name, wanted.keySet());
        }
        return reached.map(holder -> refuseShared(place, holder));
    }

    private synchronized Full refuseShared(Place place, String holder) {
        Limit limit = holder.startsWith(ADDRESS) ? Limit.ADDRESS : holder.startsWith(KEY) ? Limit.KEY : Limit.USER;
        return refuse(place.address, limit, USUAL_RETRY, ticker.read());
    }

    synchronized boolean open(Place place) {
        if (place.state != State.RESERVED) {
            return false;
        }
        place.state = State.OPEN;
        return true;
    }

    boolean abandon(Place place) {
        synchronized (this) {
            if (place.state != State.RESERVED) {
                return false;
            }
        }
        release(place);
        return true;
    }

    void release(Place place) {
        List<String> sharedHolders;
        synchronized (this) {
            if (place.state == State.RELEASED) {
                return;
            }
            place.state = State.RELEASED;
            place.address.open--;
            if (place.closing) {
                closing--;
            } else {
                open--;
            }
            place.holders.forEach(this::leave);
            sharedHolders = List.copyOf(place.sharedHolders);
        }
        if (!sharedHolders.isEmpty()) {
            shared.release(place.name, sharedHolders);
        }
    }

    private void leave(String holder) {
        holders.computeIfPresent(holder, (name, count) -> count == 1 ? null : count - 1);
    }

    Optional<Full> claim(Place place, Identity identity) {
        Map<String, Integer> wanted = new LinkedHashMap<>();
        synchronized (this) {
            if (place.state == State.RELEASED) {
                return Optional.empty();
            }
            long now = ticker.read();
            Optional<Limit> limit = reached(identity, place.holders);
            if (limit.isPresent()) {
                return Optional.of(refuse(place.address, limit.get(), USUAL_RETRY, now));
            }
            Set<String> before = Set.copyOf(place.holders);
            hold(place, identity);
            if (shared != SharedPlaces.NONE) {
                place.holders.stream()
                        .filter(holder -> !before.contains(holder))
                        .forEach(holder -> wanted.put(holder, bound(holder)));
            }
        }
        Optional<Full> full = takeShared(place, wanted);
        if (full.isPresent()) {
            synchronized (this) {
                if (place.state != State.RELEASED) {
                    wanted.keySet().stream().filter(place.holders::remove).forEach(this::leave);
                }
            }
        }
        return full;
    }

    private void count(Address address, long now) {
        address.open++;
        if (bounds.opened().isBounded()) {
            address.openedFull = Bucket.taken(bounds.opened(), address.openedFull, now);
        }
    }

    // A token that was made from a key is that key; whoever has another credential is a user.
    private Optional<String> key(Identity identity) {
        Credential shown = identity.credential();
        boolean keyed = shown.kind() == Credential.Kind.API_KEY
                || shown.kind() == Credential.Kind.TOKEN && !shown.source().isEmpty();
        return bounds.perKey() > 0 && keyed ? Optional.of(KEY + shown.source()) : Optional.empty();
    }

    private Optional<String> person(Identity identity) {
        boolean person = switch (identity.credential().kind()) {
            case JWT, LOGIN, REALM -> true;
            case TOKEN -> identity.credential().source().isEmpty();
            case API_KEY, DEVELOPMENT -> false;
        };
        return bounds.perUser() > 0 && person ? Optional.of(USER + identity.owner()) : Optional.empty();
    }

    private Optional<Limit> reached(Identity identity, Iterable<String> held) {
        List<String> mine = new ArrayList<>(2);
        held.forEach(mine::add);
        if (key(identity)
                .filter(key -> !mine.contains(key) && holders.getOrDefault(key, 0) >= bounds.perKey())
                .isPresent()) {
            return Optional.of(Limit.KEY);
        }
        return person(identity)
                .filter(user -> !mine.contains(user) && holders.getOrDefault(user, 0) >= bounds.perUser())
                .map(user -> Limit.USER);
    }

    private void hold(Place place, Identity identity) {
        for (Optional<String> holder : List.of(key(identity), person(identity))) {
            if (holder.isPresent() && place.holders.add(holder.get())) {
                holders.merge(holder.get(), 1, Integer::sum);
            }
        }
    }

    private Optional<Full> openedTooFast(Address address, long now) {
        return wait(
                address,
                Limit.NEW_CONNECTIONS,
                bounds.opened().isBounded() ? Bucket.wait(bounds.opened(), address.openedFull, now) : 0,
                now);
    }

    private Optional<Full> failedTooOften(Address address, long now) {
        return wait(
                address,
                Limit.FAILED_LOGINS,
                bounds.failures().isBounded() ? Bucket.wait(bounds.failures(), address.failuresFull, now) : 0,
                now);
    }

    private Optional<Full> wait(Address address, Limit limit, long nanos, long now) {
        return nanos == 0 ? Optional.empty() : Optional.of(refuse(address, limit, nanos, now));
    }

    // Whoever goes on asking is told to wait longer each time, so that a client that obeys comes seldom.
    private Full refuse(Address address, Limit limit, long wait, long now) {
        counters.increment(limit.counter());
        if (now - address.refusedAt > LONGEST_RETRY) {
            address.refused = 0;
        }
        int doublings = Math.min(address.refused / REFUSALS_TO_DOUBLE, MOST_DOUBLINGS);
        address.refused = Math.min(address.refused + 1, REFUSALS_TO_DOUBLE * MOST_DOUBLINGS);
        address.refusedAt = now;
        long least = Math.max(SECOND, wait);
        return new Full(limit, Math.max(least, Math.min(LONGEST_RETRY, least << doublings)));
    }

    private static boolean isReached(int bound, int count) {
        return bound > 0 && count >= bound;
    }

    private Address address(String counted, long now) {
        Address present = addresses.get(counted);
        if (present != null) {
            return present;
        }
        if (addresses.size() >= bounds.maxAddresses() && now - sweepAt >= 0) {
            sweepAt = now + SECOND;
            addresses.values().removeIf(address -> address.isForgettable(now));
        }
        if (addresses.size() >= bounds.maxAddresses()) {
            counters.increment(Counter.LIMITS_SHARED);
            return others;
        }
        Address added = new Address(now);
        addresses.put(counted, added);
        return added;
    }

    /**
     * How many connections there are, with those whose handshake has not ended.
     *
     * @return 0 to the bound
     */
    public synchronized int count() {
        return open;
    }

    synchronized int held(String holder) {
        return holders.getOrDefault(holder, 0);
    }

    synchronized int known() {
        return addresses.size();
    }

    synchronized int closing() {
        return closing;
    }
}
