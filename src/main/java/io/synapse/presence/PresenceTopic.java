package io.synapse.presence;

import io.synapse.platform.Counter;
import io.synapse.platform.Timers.Timer;
import io.synapse.presence.MemoryPresence.Environment;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** One topic: its members, those who watch it, and what they share. Safe for use by many threads. */
final class PresenceTopic {

    private final String name;
    private final Environment with;
    private final BiConsumer<String, PresenceTopic> onOver;
    private final Set<Feed> feeds = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean telling = new AtomicBoolean();
    /** Guards everything below; nothing else is locked or called under it but clocks, timers and ids. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Roster roster;
    private final HeldLeaves held;
    private final Publisher publisher;
    private Timer grace;
    private int users;
    private boolean over;

    PresenceTopic(String name, Environment with, BiConsumer<String, PresenceTopic> onOver) {
        this.name = name;
        this.with = with;
        this.onOver = onOver;
        roster = new Roster(name, with.config().maxListed());
        held = new HeldLeaves(with.config().leaveGrace());
        publisher = new Publisher(roster, with, () -> locked(this::intervalEnded));
    }

    /** Keeps the topic until {@link #exit}; false if it is over, and another one must be asked. */
    boolean enter() {
        return locked(() -> {
            users += over ? 0 : 1;
            return !over;
        });
    }

    void exit() {
        locked(() -> --users);
    }

    private <T> T locked(Supplier<T> action) {
        boolean tell;
        T result;
        lock.lock();
        try {
            result = action.get();
            endIfUnused();
            tell = publisher.takeNews();
        } finally {
            lock.unlock();
        }
        // One task tells of all that happens until it runs.
        if (tell && telling.compareAndSet(false, true)) {
            with.executor().execute(this::tell);
        }
        return result;
    }

    private void tell() {
        telling.set(false);
        feeds.forEach(feed -> feed.listener.run());
    }

    private void endIfUnused() {
        if (!over && users == 0 && roster.size() == 0 && feeds.isEmpty()) {
            over = true;
            publisher.end();
            if (grace != null) {
                grace.cancel();
            }
            onOver.accept(name, this);
        }
    }

    Optional<Membership> track(PresenceOwner owner, String connectionId) {
        return locked(() -> {
            Member member = held.takeBack(owner);
            if (member != null) {
                with.counters().increment(Counter.PRESENCE_RETURNED);
                PresenceMeta before = member.meta();
                describe(member, connectionId, before.onlineAt(), before.status(), before.load());
                roster.changed(member);
            } else if (makeRoom()) {
                with.counters().increment(Counter.PRESENCE_JOINED);
                member = new Member(owner);
                describe(member, connectionId, with.clock().millis(), PresenceMeta.ONLINE, OptionalDouble.empty());
                roster.add(member);
            } else {
                with.counters().increment(Counter.PRESENCE_REFUSED);
                return Optional.empty();
            }
            Membership place = new Place(member);
            member.give(place);
            publisher.changed();
            return Optional.of(place);
        });
    }

    // Whoever is there goes before whoever has gone.
    private boolean makeRoom() {
        if (roster.size() < with.config().maxTracked()) {
            return true;
        }
        Member gone = held.takeFirst();
        if (gone != null) {
            remove(gone);
        }
        return gone != null;
    }

    private void describe(Member member, String connectionId, long onlineAt, String status, OptionalDouble load) {
        Optional<String> previous = Optional.ofNullable(roster.publishedRef(member));
        member.describe(new PresenceMeta(with.ids().next(), previous, connectionId, onlineAt, status, load));
    }

    private void remove(Member member) {
        with.counters().increment(Counter.PRESENCE_LEFT);
        roster.remove(member);
    }

    private void left(Member member) {
        member.give(null);
        if (with.config().leaveGrace().isZero()) {
            remove(member);
            publisher.changed();
            return;
        }
        held.add(member, with.ticker().read());
        if (grace == null) {
            grace = with.timers().after(with.config().leaveGrace(), () -> locked(this::graceEnded));
        }
    }

    private Void graceEnded() {
        grace = null;
        if (over) {
            return null;
        }
        long now = with.ticker().read();
        Duration left = held.firstEndsIn(now);
        while (left != null && (left.isZero() || left.isNegative())) {
            remove(held.takeFirst());
            left = held.firstEndsIn(now);
        }
        if (left != null) {
            grace = with.timers().after(left, () -> locked(this::graceEnded));
        }
        publisher.changed();
        return null;
    }

    private Void intervalEnded() {
        if (!over) {
            publisher.intervalEnded();
        }
        return null;
    }

    PresenceFeed watch(Runnable listener) {
        return locked(() -> {
            Feed feed = new Feed(listener, publisher.begin());
            feeds.add(feed);
            return feed;
        });
    }

    PresenceState state() {
        return locked(roster::state);
    }

    PresenceCounts counts() {
        return locked(roster::counts);
    }

    int watchers() {
        return feeds.size();
    }

    /** The hold of one connection on its place; another one has the place once this one has left. */
    private final class Place implements Membership {

        private final Member member;

        private Place(Member member) {
            this.member = member;
        }

        @Override
        public Optional<String> update(Optional<String> status, OptionalDouble load) {
            return locked(() -> {
                if (member.holder() != this) {
                    return Optional.empty();
                }
                PresenceMeta now = member.meta();
                describe(
                        member,
                        now.connectionId(),
                        now.onlineAt(),
                        status.orElse(now.status()),
                        load.isPresent() ? load : now.load());
                roster.changed(member);
                publisher.changed();
                return Optional.of(member.meta().ref());
            });
        }

        @Override
        public void leave() {
            locked(() -> {
                if (member.holder() == this) {
                    left(member);
                }
                return null;
            });
        }
    }

    /** One watcher. */
    private final class Feed implements PresenceFeed {

        private final Runnable listener;
        private final Publisher.Position position;

        private Feed(Runnable listener, Publisher.Position position) {
            this.listener = listener;
            this.position = position;
        }

        @Override
        public Optional<PresenceNews> next() {
            return locked(() -> Optional.ofNullable(feeds.contains(this) ? publisher.next(position) : null));
        }

        @Override
        public void end() {
            locked(() -> feeds.remove(this));
        }
    }
}
