package io.synapse.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.PresenceConfig;
import io.synapse.platform.Counters;
import io.synapse.testing.ManualTimers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What every implementation of {@link PresenceTracker} does. */
abstract class PresenceTrackerContract {

    static final Duration GRACE = Duration.ofSeconds(2);
    static final Duration INTERVAL = Duration.ofMillis(100);
    static final long NOW = 1_700_000_000_000L;

    private static final String TOPIC = "cortex:a";
    private static final PresenceOwner ANN = new PresenceOwner("ann", "key");
    private static final PresenceOwner BOB = new PresenceOwner("bob", "key");

    final ManualTimers timers = new ManualTimers();
    final Counters counters = new Counters();
    final AtomicInteger refs = new AtomicInteger();
    final Clock clock = Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC);

    /** A tracker with nobody on it, which tells time by what is above. */
    abstract PresenceTracker open(PresenceConfig config);

    private PresenceTracker tracker = null;

    private PresenceTracker with(Duration grace, int maxListed, int maxTracked) {
        tracker = open(new PresenceConfig(grace, INTERVAL, maxListed, maxTracked));
        return tracker;
    }

    private PresenceTracker usual() {
        return with(GRACE, 1000, 1000);
    }

    private Membership track(PresenceOwner owner, String connection) {
        return tracker.track(TOPIC, owner, connection).orElseThrow();
    }

    private PhoenixPresence client() {
        return new PhoenixPresence(tracker.watch(TOPIC, () -> {}));
    }

    private void interval() {
        timers.advance(INTERVAL);
    }

    private void assertNothingLeft() {
        assertThat(tracker.status()).isEqualTo(new PresenceTracker.Status(0, 0, 0));
        assertThat(timers.pending()).isZero();
    }

    @Test
    @DisplayName("M11: the first state has the one who watches, with all that is known")
    void theStateHasOneself() {
        usual();
        track(ANN, "c1");
        PhoenixPresence client = client().read();
        assertThat(client.states()).isEqualTo(1);
        PresenceMeta meta = client.metas("ann").get(0);
        assertThat(meta)
                .isEqualTo(new PresenceMeta(meta.ref(), Optional.empty(), "c1", NOW, "online", OptionalDouble.empty()));
        assertThat(client.counts()).isEqualTo(new PresenceCounts(1, 1, false));
        interval();
        assertThat(client.readOne()).isFalse();
    }

    @Test
    @DisplayName("M11: several connections under one key have a meta each; the key goes with the last")
    void severalMetasUnderOneKey() {
        with(Duration.ZERO, 10, 10);
        Membership first = track(ANN, "c1");
        interval();
        Membership second = track(ANN, "c2");
        PhoenixPresence client = client();
        interval();
        assertThat(client.read().metas("ann"))
                .extracting(PresenceMeta::connectionId)
                .containsExactlyInAnyOrder("c1", "c2");
        assertThat(client.counts()).isEqualTo(new PresenceCounts(2, 1, false));
        first.leave();
        interval();
        assertThat(client.read().metas("ann"))
                .extracting(PresenceMeta::connectionId)
                .containsExactly("c2");
        second.leave();
        interval();
        assertThat(client.read().refs()).isEmpty();
    }

    @Test
    @DisplayName("M11: an update is one diff with the new meta under joins and the old one under leaves")
    void update() {
        usual();
        Membership ann = track(ANN, "c1");
        PhoenixPresence client = client().read();
        interval();
        PresenceMeta before = client.metas("ann").get(0);
        String ref = ann.update(Optional.of("busy"), OptionalDouble.of(0.5)).orElseThrow();
        PresenceDiff diff = client.read().diffs().get(0);
        assertThat(client.diffs()).hasSize(1);
        assertThat(diff.joins().get("ann"))
                .containsExactly(
                        new PresenceMeta(ref, Optional.of(before.ref()), "c1", NOW, "busy", OptionalDouble.of(0.5)));
        assertThat(diff.leaves().get("ann")).containsExactly(before);
        ann.update(Optional.of("away"), OptionalDouble.empty());
        interval();
        PresenceMeta after = client.read().metas("ann").get(0);
        assertThat(after.status()).isEqualTo("away");
        assertThat(after.load()).hasValue(0.5);
        assertThat(client.diffs().get(1).leaves().get("ann").get(0).ref()).isEqualTo(ref);
    }

    @Test
    @DisplayName("B14: several updates within one interval are one, from what is known to what is last")
    void updatesAreGathered() {
        usual();
        Membership ann = track(ANN, "c1");
        PhoenixPresence client = client().read();
        String known = client.metas("ann").get(0).ref();
        ann.update(Optional.of("busy"), OptionalDouble.empty());
        ann.update(Optional.of("away"), OptionalDouble.empty());
        String last = ann.update(Optional.empty(), OptionalDouble.of(1)).orElseThrow();
        assertThat(client.readOne()).isFalse();
        interval();
        assertThat(client.read().diffs()).hasSize(1);
        PresenceMeta meta = client.metas("ann").get(0);
        assertThat(meta.ref()).isEqualTo(last);
        assertThat(meta.previous()).contains(known);
        assertThat(meta.status()).isEqualTo("away");
    }

    @Test
    @DisplayName("B14: the first change after a quiet interval is told at once, the others together")
    void diffsAreGathered() {
        usual();
        track(ANN, "c0");
        PhoenixPresence client = client().read();
        interval();
        for (int i = 1; i <= 50; i++) {
            track(BOB, "c" + i);
        }
        assertThat(client.read().diffs()).hasSize(1);
        interval();
        assertThat(client.read().diffs()).hasSize(2);
        assertThat(client.diffs().get(1).joins().get("bob")).hasSize(49);
        assertThat(client.refs())
                .isEqualTo(PhoenixPresence.refs(tracker.list(TOPIC).listed()));
    }

    @Test
    @DisplayName("B14: who comes and goes within one interval is never told of")
    void comingAndGoingCancelsOut() {
        with(Duration.ZERO, 10, 10);
        track(ANN, "c1");
        PhoenixPresence client = client().read();
        track(BOB, "c2").leave();
        interval();
        interval();
        assertThat(client.readOne()).isFalse();
    }

    @Test
    @DisplayName("M11: who begins to watch amid changes gets the state with the next diff of the others, and once")
    void watchingAmidChanges() {
        usual();
        track(ANN, "c1");
        PhoenixPresence first = client().read();
        track(BOB, "c2");
        PhoenixPresence second = client().read();
        assertThat(second.states()).isZero();
        interval();
        assertThat(first.read().diffs()).hasSize(1);
        assertThat(second.read().states()).isEqualTo(1);
        assertThat(second.diffs()).isEmpty();
        assertThat(second.refs()).isEqualTo(first.refs()).containsOnlyKeys("ann", "bob");
    }

    @Test
    @DisplayName("M11: who begins to watch amid changes that cancel out gets the state all the same")
    void watchingAmidChangesThatCancelOut() {
        with(Duration.ZERO, 10, 10);
        track(ANN, "c1");
        Membership bob = track(BOB, "c2");
        PhoenixPresence client = client();
        bob.leave();
        assertThat(client.read().states()).isZero();
        interval();
        assertThat(client.read().refs()).containsOnlyKeys("ann");
    }

    @Test
    @DisplayName("B14: a leave is held back for the grace, and quotes the ref that is known")
    void leaveIsHeldBack() {
        usual();
        track(ANN, "c1");
        interval();
        Membership bob = track(BOB, "c2");
        interval();
        PhoenixPresence client = client().read();
        PresenceMeta meta = client.metas("bob").get(0);
        bob.leave();
        bob.leave();
        timers.advance(GRACE.minusMillis(1));
        assertThat(client.readOne()).isFalse();
        assertThat(tracker.count(TOPIC).count()).isEqualTo(2);
        assertThat(bob.update(Optional.of("busy"), OptionalDouble.empty())).isEmpty();
        timers.advance(Duration.ofMillis(1));
        assertThat(client.read().diffs()).hasSize(1);
        assertThat(client.diffs().get(0).joins()).isEmpty();
        assertThat(client.diffs().get(0).leaves().get("bob")).containsExactly(meta);
        assertThat(tracker.count(TOPIC)).isEqualTo(new PresenceCounts(1, 1, false));
    }

    @Test
    @DisplayName("B14: who comes back within the grace has his place, his status and his load again: an update")
    void comingBackIsAnUpdate() {
        usual();
        Membership ann = track(ANN, "c1");
        ann.update(Optional.of("busy"), OptionalDouble.of(0.25));
        interval();
        PhoenixPresence client = client().read();
        String before = client.metas("ann").get(0).ref();
        interval();
        ann.leave();
        timers.advance(GRACE.minusMillis(1));
        Membership again = track(ANN, "c2");
        assertThat(client.read().diffs()).hasSize(1);
        PresenceMeta meta = client.metas("ann").get(0);
        assertThat(client.metas("ann")).hasSize(1);
        assertThat(meta)
                .isEqualTo(
                        new PresenceMeta(meta.ref(), Optional.of(before), "c2", NOW, "busy", OptionalDouble.of(0.25)));
        ann.leave();
        timers.advance(GRACE.multipliedBy(2));
        assertThat(client.readOne()).isFalse();
        again.leave();
        timers.advance(GRACE);
        assertThat(client.read().refs()).isEmpty();
    }

    @Test
    @DisplayName("B14: nobody takes the place of another subject, of another key, or on another topic")
    void onlyTheOwnerComesBack() {
        usual();
        track(ANN, "c1").leave();
        for (PresenceOwner other : List.of(new PresenceOwner("ann", "other"), BOB)) {
            track(other, "c2");
        }
        tracker.track("cortex:b", ANN, "c3");
        assertThat(tracker.count(TOPIC)).isEqualTo(new PresenceCounts(3, 2, false));
        assertThat(tracker.count("cortex:b")).isEqualTo(new PresenceCounts(1, 1, false));
    }

    @Test
    @DisplayName("B14: of very many the first are listed, and the next move up; counts are always of all")
    void onlyTheFirstAreListed() {
        with(Duration.ZERO, 3, 100);
        PhoenixPresence client = client();
        List<Membership> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(track(new PresenceOwner("k" + i, "s"), "c" + i));
        }
        interval();
        assertThat(client.read().refs()).containsOnlyKeys("k0", "k1", "k2");
        assertThat(client.counts()).isEqualTo(new PresenceCounts(10, 10, true));
        assertThat(tracker.list(TOPIC).counts()).isEqualTo(client.counts());
        all.get(9).leave();
        interval();
        assertThat(client.read().counts()).isEqualTo(new PresenceCounts(9, 9, true));
        assertThat(client.diffs().get(client.diffs().size() - 1).isEmpty()).isTrue();
        all.subList(1, 7).forEach(Membership::leave);
        interval();
        assertThat(client.read().refs()).containsOnlyKeys("k0", "k7", "k8");
        assertThat(client.counts()).isEqualTo(new PresenceCounts(3, 3, false));
        assertThat(client.diffs()).allSatisfy(diff -> {
            assertThat(diff.joins().size()).isLessThanOrEqualTo(3);
            assertThat(diff.leaves().size()).isLessThanOrEqualTo(3);
        });
    }

    @Test
    @DisplayName("B14: one too many is refused; one who is there goes before one who has gone")
    void oneTooMany() {
        with(GRACE, 10, 2);
        track(ANN, "c1");
        Membership bob = track(BOB, "c2");
        PresenceOwner eve = new PresenceOwner("eve", "key");
        assertThat(tracker.track(TOPIC, eve, "c3")).isEmpty();
        bob.leave();
        assertThat(tracker.track(TOPIC, eve, "c3")).isPresent();
        assertThat(tracker.list(TOPIC).listed()).containsOnlyKeys("ann", "eve");
    }

    @Test
    @DisplayName("B5: one who has fallen behind reads the state and costs nothing meanwhile")
    void fallenBehind() {
        usual();
        Membership ann = track(ANN, "c1");
        PhoenixPresence slow = client().read();
        for (int i = 0; i < 100; i++) {
            ann.update(Optional.of("s" + i), OptionalDouble.empty());
            interval();
        }
        assertThat(slow.read().metas("ann").get(0).status()).isEqualTo("s99");
        assertThat(slow.states()).isEqualTo(2);
        assertThat(slow.diffs().size()).isLessThan(20);
    }

    @Test
    @DisplayName("M11: who watches is told that there is news, and after the end is not")
    void toldOfNews() {
        usual();
        AtomicInteger told = new AtomicInteger();
        PresenceFeed feed = tracker.watch(TOPIC, told::incrementAndGet);
        track(ANN, "c1");
        assertThat(told).hasValueGreaterThanOrEqualTo(1);
        assertThat(feed.next()).isPresent();
        feed.end();
        feed.end();
        int before = told.get();
        interval();
        track(BOB, "c2");
        interval();
        assertThat(told).hasValue(before);
        assertThat(feed.next()).isEmpty();
    }

    @Test
    @DisplayName("G10: when all have gone nothing is left, neither a table nor a timer")
    void nothingIsLeft() {
        usual();
        List<Membership> members = new ArrayList<>();
        List<PhoenixPresence> clients = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String topic = "cortex:" + i % 7;
            members.add(tracker.track(topic, new PresenceOwner("k" + i % 11, "s"), "c" + i)
                    .orElseThrow());
            clients.add(new PhoenixPresence(tracker.watch(topic, () -> {})));
        }
        assertThat(tracker.status()).isEqualTo(new PresenceTracker.Status(7, 500, 500));
        timers.advance(Duration.ofSeconds(10));
        members.forEach(Membership::leave);
        clients.forEach(PhoenixPresence::end);
        assertThat(tracker.status().watchers()).isZero();
        timers.advance(GRACE);
        interval();
        assertNothingLeft();
        assertThat(tracker.list("cortex:1")).isEqualTo(PresenceState.EMPTY);
        assertThat(tracker.count("cortex:1")).isEqualTo(PresenceCounts.NONE);
    }
}
