package io.synapse.presence;

import io.synapse.cluster.redis.TestNode;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * Presence of one node or two, for tests that expect everything to be so at once: after each call and before each look it waits
 * until everybody has heard of everything. Members come to the nodes in turn; watchers and lists are of the first.
 */
final class SettledPresence implements PresenceTracker {

    private final PresenceTracker first;
    private final PresenceTracker second;
    private final Runnable settle;
    private final AtomicInteger turn = new AtomicInteger();

    SettledPresence(PresenceTracker first, PresenceTracker second, Runnable settle) {
        this.first = first;
        this.second = second;
        this.settle = settle;
    }

    @Override
    public Optional<Membership> track(String topic, PresenceOwner owner, String connectionId) {
        PresenceTracker node = turn.getAndIncrement() % 2 == 0 ? first : second;
        Optional<Membership> tracked = node.track(topic, owner, connectionId);
        settle.run();
        return tracked.map(Settled::new);
    }

    @Override
    public PresenceFeed watch(String topic, Runnable news) {
        PresenceFeed feed = first.watch(topic, news);
        settle.run();
        return new PresenceFeed() {
            @Override
            public Optional<PresenceNews> next() {
                settle.run();
                return feed.next();
            }

            @Override
            public void end() {
                feed.end();
                settle.run();
            }
        };
    }

    @Override
    public PresenceState list(String topic) {
        return known(topic, () -> first.list(topic));
    }

    @Override
    public PresenceCounts count(String topic) {
        return known(topic, () -> first.count(topic));
    }

    private <T> T known(String topic, Supplier<T> look) {
        settle.run();
        AtomicReference<T> seen = new AtomicReference<>();
        first.whenKnown(topic, () -> seen.set(look.get()));
        TestNode.until(() -> seen.get() != null);
        settle.run();
        return seen.get();
    }

    @Override
    public Status status() {
        settle.run();
        Status one = first.status();
        Status other = second.status();
        return first == second
                ? one
                : new Status(
                        Math.max(one.topics(), other.topics()),
                        Math.max(one.members(), other.members()),
                        one.watchers() + other.watchers());
    }

    private final class Settled implements Membership {
        private final Membership member;

        private Settled(Membership member) {
            this.member = member;
        }

        @Override
        public Optional<String> update(Optional<String> status, OptionalDouble load) {
            Optional<String> ref = member.update(status, load);
            settle.run();
            return ref;
        }

        @Override
        public void leave() {
            member.leave();
            settle.run();
        }
    }
}
