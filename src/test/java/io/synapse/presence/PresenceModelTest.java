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
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever happens, in whatever order: once all is told, every client's {@code Presence} holds what the tracker lists,
 * and both are what a model says that only knows who is there, and for how long they are gone. The clients fail on
 * anything that is told twice, or of somebody they do not know.
 */
class PresenceModelTest {

    private static final String TOPIC = "cortex:a";

    private enum Kind {
        TRACK,
        LEAVE,
        UPDATE,
        WATCH,
        UNWATCH,
        READ,
        WAIT
    }

    record Action(Kind kind, int number) {}

    /** Somebody who is there, or has gone a while ago. */
    private static final class Someone {
        private final PresenceOwner owner;
        private String connection;
        private String status = "online";
        private Membership membership;
        private long goneAt = -1;

        private Someone(PresenceOwner owner) {
            this.owner = owner;
        }
    }

    /** One run. */
    private static final class Run {
        private final PresenceConfig config;
        private final ManualTimers timers = new ManualTimers();
        private final AtomicInteger ids = new AtomicInteger();
        private final PresenceTracker tracker;
        private final List<Someone> model = new ArrayList<>();
        private final List<PhoenixPresence> clients = new ArrayList<>();
        private long now;

        private Run(PresenceConfig config) {
            this.config = config;
            tracker = new MemoryPresence(new MemoryPresence.Environment(
                    config,
                    Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                    timers.ticker(),
                    timers,
                    () -> "r" + ids.incrementAndGet(),
                    new Counters(),
                    Runnable::run));
        }

        private void act(Action action) {
            switch (action.kind()) {
                case TRACK -> track(new PresenceOwner("k" + action.number() % 4, "s" + action.number() % 2));
                case LEAVE -> pick(action).ifPresent(this::leave);
                case UPDATE ->
                    pick(action).ifPresent(someone -> {
                        someone.status = "s" + action.number();
                        assertThat(someone.membership.update(Optional.of(someone.status), OptionalDouble.empty()))
                                .isPresent();
                    });
                case WATCH -> clients.add(new PhoenixPresence(tracker.watch(TOPIC, () -> {})));
                case UNWATCH -> {
                    if (!clients.isEmpty()) {
                        clients.remove(action.number() % clients.size()).end();
                    }
                }
                case READ -> {
                    if (!clients.isEmpty()) {
                        clients.get(action.number() % clients.size()).read();
                    }
                }
                case WAIT -> pass(Duration.ofMillis(action.number() * 7L));
            }
        }

        private void pass(Duration time) {
            timers.advance(time);
            now += time.toMillis();
            model.removeIf(someone -> someone.goneAt >= 0
                    && now - someone.goneAt >= config.leaveGrace().toMillis());
        }

        private Optional<Someone> pick(Action action) {
            List<Someone> there =
                    model.stream().filter(someone -> someone.goneAt < 0).toList();
            return there.isEmpty() ? Optional.empty() : Optional.of(there.get(action.number() % there.size()));
        }

        private void track(PresenceOwner owner) {
            String connection = "c" + ids.incrementAndGet();
            Optional<Membership> membership = tracker.track(TOPIC, owner, connection);
            Someone place = null;
            for (Someone someone : model) {
                boolean his = someone.goneAt >= 0 && someone.owner.equals(owner);
                if (his && (place == null || left(someone) > left(place))) {
                    place = someone;
                }
            }
            if (place == null && model.size() >= config.maxTracked()) {
                Optional<Someone> first =
                        model.stream().filter(someone -> someone.goneAt >= 0).min(Comparator.comparingLong(this::left));
                assertThat(membership.isPresent()).isEqualTo(first.isPresent());
                if (first.isEmpty()) {
                    return;
                }
                model.remove(first.get());
            }
            if (place == null) {
                place = new Someone(owner);
                model.add(place);
            }
            place.goneAt = -1;
            place.connection = connection;
            place.membership = membership.orElseThrow();
        }

        // Several may go within the same millisecond; then the order in which they did counts.
        private final List<Someone> order = new ArrayList<>();

        private long left(Someone someone) {
            return order.lastIndexOf(someone);
        }

        private void leave(Someone someone) {
            someone.membership.leave();
            order.add(someone);
            someone.goneAt = now;
            if (config.leaveGrace().isZero()) {
                model.remove(someone);
            }
        }

        private void check() {
            // Whoever goes for good at the end of an interval is told of at the end of the next.
            int before;
            do {
                before = model.size();
                pass(config.batchInterval());
            } while (model.size() != before);
            PresenceState state = tracker.list(TOPIC);
            List<String> listed = new ArrayList<>();
            state.listed()
                    .forEach((key, metas) ->
                            metas.forEach(meta -> listed.add(key + " " + meta.connectionId() + " " + meta.status())));
            List<String> expected = model.stream()
                    .limit(config.maxListed())
                    .map(someone -> someone.owner.key() + " " + someone.connection + " " + someone.status)
                    .toList();
            assertThat(listed).containsExactlyInAnyOrderElementsOf(expected);
            PresenceCounts counts = new PresenceCounts(
                    model.size(),
                    (int) model.stream()
                            .map(someone -> someone.owner.key())
                            .distinct()
                            .count(),
                    model.size() > config.maxListed());
            assertThat(state.counts()).isEqualTo(counts);
            assertThat(tracker.count(TOPIC)).isEqualTo(counts);
            for (PhoenixPresence client : clients) {
                assertThat(client.read().refs()).isEqualTo(PhoenixPresence.refs(state.listed()));
                assertThat(client.counts()).isEqualTo(counts);
            }
        }

        private void end() {
            model.stream()
                    .filter(someone -> someone.goneAt < 0)
                    .toList()
                    .forEach(someone -> someone.membership.leave());
            clients.forEach(PhoenixPresence::end);
            pass(config.leaveGrace().plus(config.batchInterval()).plusMillis(1));
            assertThat(tracker.status()).isEqualTo(new PresenceTracker.Status(0, 0, 0));
            assertThat(timers.pending()).isZero();
        }
    }

    @Provide
    Arbitrary<PresenceConfig> configs() {
        return Combinators.combine(
                        Arbitraries.of(0, 50, 200),
                        Arbitraries.of(0, 20, 100),
                        Arbitraries.integers().between(1, 6),
                        Arbitraries.integers().between(1, 12))
                .as((grace, interval, listed, tracked) ->
                        new PresenceConfig(Duration.ofMillis(grace), Duration.ofMillis(interval), listed, tracked));
    }

    @Provide
    Arbitrary<List<Action>> actions() {
        return Combinators.combine(
                        Arbitraries.of(
                                Kind.TRACK,
                                Kind.TRACK,
                                Kind.TRACK,
                                Kind.LEAVE,
                                Kind.LEAVE,
                                Kind.UPDATE,
                                Kind.WATCH,
                                Kind.UNWATCH,
                                Kind.READ,
                                Kind.READ,
                                Kind.WAIT,
                                Kind.WAIT),
                        Arbitraries.integers().between(0, 12))
                .as(Action::new)
                .list()
                .ofMaxSize(120);
    }

    @Property(tries = 1500)
    void everyClientSeesWhatIsListed(
            @ForAll("configs") PresenceConfig config, @ForAll("actions") List<Action> actions) {
        Run run = new Run(config);
        int done = 0;
        for (Action action : actions) {
            run.act(action);
            if (++done % 25 == 0) {
                run.check();
            }
        }
        run.check();
        run.end();
    }
}
