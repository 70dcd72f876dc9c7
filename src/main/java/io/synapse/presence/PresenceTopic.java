package io.synapse.presence;

import io.synapse.platform.Counter;
import io.synapse.platform.Timers.Timer;
import io.synapse.presence.MemoryPresence.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private final PresencePeers peers;
    private final String self;
    private final boolean shared;
    private final BiConsumer<String, PresenceTopic> onOver;
    private final Set<Feed> feeds = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean telling = new AtomicBoolean();
    /** Guards everything below; nothing else is locked or called under it but clocks, timers, ids and peers, which do not wait. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Roster roster;
    private final HeldLeaves held;
    private final Publisher publisher;
    /** Of a topic that is shared, all members by their id. */
    private final Map<String, Member> places = new HashMap<>();

    private final List<Runnable> waiting = new ArrayList<>();
    private Timer grace;
    private int users;
    /** Members of this node, those that are held back too. */
    private int own;

    private long lastNumber;
    private boolean introduced;
    private boolean known = true;
    private boolean over;

    PresenceTopic(String name, Environment with, PresencePeers peers, BiConsumer<String, PresenceTopic> onOver) {
        this.name = name;
        this.with = with;
        this.peers = peers;
        self = peers.self();
        shared = peers != PresencePeers.NONE;
        this.onOver = onOver;
        roster = new Roster(name, with.config().maxListed());
        held = new HeldLeaves(with.config().leaveGrace());
        publisher = new Publisher(roster, with, () -> locked(this::intervalEnded));
    }

    /** Keeps the topic until {@link #exit}; false if it is over, and another one must be asked. */
    boolean enter() {
        return locked(() -> {
            users += over ? 0 : 1;
            if (!over && !introduced) {
                introduced = true;
                if (peers.entered(name)) {
                    known = false;
                    publisher.await();
                }
            }
            return !over;
        });
    }

    void exit() {
        locked(() -> --users);
    }

    private <T> T locked(Supplier<T> action) {
        boolean tell;
        List<Runnable> ready = List.of();
        T result;
        lock.lock();
        try {
            result = action.get();
            endIfUnused();
            tell = publisher.takeNews();
            if (known && !waiting.isEmpty()) {
                ready = List.copyOf(waiting);
                waiting.clear();
            }
        } finally {
            lock.unlock();
        }
        ready.forEach(with.executor()::execute);
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
        if (!over && users == 0 && own == 0 && feeds.isEmpty()) {
            over = true;
            publisher.end();
            if (grace != null) {
                grace.cancel();
            }
            // Before another one of this name can be there.
            peers.over(name);
            onOver.accept(name, this);
        }
    }

    Optional<Membership> track(PresenceOwner owner, String connectionId) {
        return locked(() -> {
            Member member = held.takeBack(owner);
            if (member != null) {
                with.counters().increment(Counter.PRESENCE_RETURNED);
                PresenceMeta before = member.meta();
                own += isOwn(member) ? 0 : 1;
                member.presume(false);
                describe(member, connectionId, before.onlineAt(), before.status(), before.load());
                roster.changed(member);
            } else if (makeRoom()) {
                with.counters().increment(Counter.PRESENCE_JOINED);
                member = newMember(owner);
                describe(member, connectionId, with.clock().millis(), PresenceMeta.ONLINE, OptionalDouble.empty());
                add(member);
            } else {
                with.counters().increment(Counter.PRESENCE_REFUSED);
                return Optional.empty();
            }
            Membership place = new Place(member);
            member.give(place);
            tellPeers(member);
            publisher.changed();
            return Optional.of(place);
        });
    }

    private boolean isOwn(Member member) {
        return member.node().equals(self);
    }

    private Member newMember(PresenceOwner owner) {
        lastNumber++;
        return new Member(owner, shared ? with.ids().next() : "", lastNumber, self);
    }

    private void add(Member member) {
        roster.add(member);
        own += isOwn(member) ? 1 : 0;
        if (shared) {
            places.put(member.id(), member);
        }
    }

    private void tellPeers(Member member) {
        // Before that, it is not known yet which place it has.
        if (known && shared) {
            peers.put(name, member.shared(held.contains(member)));
        }
    }

    // Whoever is there goes before whoever has gone.
    private boolean makeRoom() {
        if (roster.size() < with.config().maxTracked()) {
            return true;
        }
        Member gone = held.takeFirst();
        if (gone != null) {
            drop(gone);
        }
        return gone != null;
    }

    private void describe(Member member, String connectionId, long onlineAt, String status, OptionalDouble load) {
        Optional<String> previous = Optional.ofNullable(roster.publishedRef(member));
        member.describe(new PresenceMeta(with.ids().next(), previous, connectionId, onlineAt, status, load));
        member.move(self, member.version() + 1);
    }

    private void remove(Member member) {
        roster.remove(member);
        own -= isOwn(member) ? 1 : 0;
        if (shared) {
            places.remove(member.id());
        }
    }

    /** A member has gone for good. */
    private void drop(Member member) {
        if (isOwn(member)) {
            with.counters().increment(Counter.PRESENCE_LEFT);
        }
        remove(member);
        // One that is only out of reach may be there still, for the others.
        if (!member.isPresumed()) {
            peers.removed(name, member.id(), member.version());
        }
    }

    private void left(Member member) {
        member.give(null);
        if (with.config().leaveGrace().isZero()) {
            drop(member);
            publisher.changed();
            return;
        }
        hold(member);
        member.move(self, member.version() + 1);
        tellPeers(member);
    }

    private void hold(Member member) {
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
            drop(held.takeFirst());
            left = held.firstEndsIn(now);
        }
        if (left != null) {
            grace = with.timers().after(left, () -> locked(this::graceEnded));
        }
        publisher.changed();
        return null;
    }

    /** Another node has told of one of its members. */
    void heard(SharedMember member) {
        locked(() -> {
            if (!member.node().equals(self)) {
                take(member);
                publisher.changed();
            }
            return null;
        });
    }

    private void take(SharedMember said) {
        lastNumber = Math.max(lastNumber, said.number());
        Member place = places.get(said.id());
        if (place != null && !said.supersedes(place)) {
            if (!said.held() && place.isPresumed()) {
                held.remove(place);
                place.presume(false);
            }
            return;
        }
        if (place != null && place.holder() != null) {
            // Two clients of one owner came back at once on two nodes, and the other one has the place.
            rehouse(place);
            place = null;
        }
        if (place == null) {
            place = new Member(said.owner(), said.id(), said.number(), said.node());
            place.describe(said.meta());
            place.move(said.node(), said.version());
            add(place);
        } else {
            own -= isOwn(place) ? 1 : 0;
            held.remove(place);
            place.presume(false);
            place.move(said.node(), said.version());
            describe(place, said.meta());
        }
        if (said.held()) {
            hold(place);
        }
    }

    // Which ref watchers know a member by is another on each node.
    private void describe(Member place, PresenceMeta said) {
        if (place.meta().ref().equals(said.ref())) {
            return;
        }
        place.describe(new PresenceMeta(
                said.ref(),
                Optional.ofNullable(roster.publishedRef(place)),
                said.connectionId(),
                said.onlineAt(),
                said.status(),
                said.load()));
        roster.changed(place);
    }

    /** One of this node has another place from now on: the last of all. */
    private void rehouse(Member from) {
        Place holder = (Place) from.holder();
        remove(from);
        from.give(null);
        Member to = newMember(from.owner());
        PresenceMeta meta = from.meta();
        if (roster.publishedRef(from) == null) {
            to.describe(meta);
            to.move(self, 1);
        } else {
            describe(to, meta.connectionId(), meta.onlineAt(), meta.status(), meta.load());
        }
        add(to);
        holder.member = to;
        to.give(holder);
        tellPeers(to);
    }

    /** A place is gone, as another node says. */
    void heardRemoved(String id, long version) {
        locked(() -> {
            Member place = places.get(id);
            if (place == null || place.version() > version) {
                return null;
            }
            if (place.holder() != null) {
                // Others took this node for lost.
                place.move(self, version + 1);
                tellPeers(place);
                return null;
            }
            held.remove(place);
            remove(place);
            publisher.changed();
            return null;
        });
    }

    /** Other nodes have these members and no others. */
    void known(Collection<SharedMember> all) {
        locked(() -> {
            Map<String, SharedMember> told = new HashMap<>();
            all.forEach(member -> told.put(member.id(), member));
            for (Member place : List.copyOf(places.values())) {
                if (!isOwn(place) && !told.containsKey(place.id())) {
                    held.remove(place);
                    remove(place);
                }
            }
            for (SharedMember member : all) {
                if (!member.node().equals(self)) {
                    take(member);
                } else if (!places.containsKey(member.id())) {
                    // It left when nobody could be told.
                    peers.removed(name, member.id(), member.version());
                }
            }
            if (!known) {
                settle();
            }
            nowKnown(told);
            return null;
        });
    }

    // Those who came while it was not known who is there: they come after all others, or take the place they had
    // elsewhere.
    private void settle() {
        List<Member> all = places.values().stream()
                .filter(member -> member.holder() != null)
                .toList();
        for (Member fresh : all) {
            Member place = held.takeBackFromOther(fresh.owner(), self);
            if (place == null) {
                rehouse(fresh);
                continue;
            }
            with.counters().increment(Counter.PRESENCE_RETURNED);
            Place holder = (Place) fresh.holder();
            remove(fresh);
            fresh.give(null);
            place.presume(false);
            own++;
            PresenceMeta before = place.meta();
            PresenceMeta now = fresh.meta();
            boolean silent = now.status().equals(PresenceMeta.ONLINE);
            describe(
                    place,
                    now.connectionId(),
                    before.onlineAt(),
                    silent ? before.status() : now.status(),
                    now.load().isPresent() ? now.load() : before.load());
            roster.changed(place);
            holder.member = place;
            place.give(holder);
        }
    }

    private void nowKnown(Map<String, SharedMember> told) {
        known = true;
        for (Member place : places.values()) {
            SharedMember said = told.get(place.id());
            if (isOwn(place) && (said == null || said.version() < place.version())) {
                tellPeers(place);
            }
        }
        publisher.known();
        publisher.changed();
    }

    /** What other nodes have cannot be known now. */
    void unknown() {
        locked(() -> {
            if (!known) {
                nowKnown(Map.of());
            }
            return null;
        });
    }

    /** The members of a node have gone, or those of all others are out of reach. */
    void othersGone(Optional<String> node) {
        locked(() -> {
            for (Member place : places.values()) {
                if (isOwn(place) || node.isPresent() && !node.get().equals(place.node())) {
                    continue;
                }
                if (!held.contains(place)) {
                    place.presume(node.isEmpty());
                    hold(place);
                } else if (node.isPresent()) {
                    place.presume(false);
                }
            }
            return null;
        });
    }

    /** Runs something once it is known who is there. */
    void onceKnown(Runnable then) {
        boolean now = locked(() -> {
            if (!known) {
                waiting.add(then);
            }
            return known;
        });
        if (now) {
            then.run();
        }
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

        private Member member;

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
                tellPeers(member);
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
