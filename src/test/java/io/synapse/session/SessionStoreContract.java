package io.synapse.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.SessionConfig;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.session.SessionStore.Claim;
import io.synapse.session.SessionStore.Holder;
import io.synapse.session.SessionStore.Kept;
import io.synapse.stream.Position;
import io.synapse.testing.ManualTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of {@link SessionStore} does. */
@Timeout(60)
abstract class SessionStoreContract {

    static final Duration KEEP = Duration.ofSeconds(30);
    private static final SessionKey KEY = new SessionKey("ann", "cortex:a", "0123456789abcdef");
    private static final Duration MOMENT = Duration.ofMillis(1);

    final ManualTimers timers = new ManualTimers();
    final Counters counters = new Counters();
    private final AtomicInteger leases = new AtomicInteger();

    /** A store with nothing in it, which tells time by what is above. */
    abstract SessionStore open(SessionConfig config);

    private SessionStore store(Duration keep, int max, int totalBytes) {
        return open(new SessionConfig(keep, max, totalBytes));
    }

    private SessionStore usual() {
        return store(KEEP, 10, 1 << 20);
    }

    /** A holder that has one query, by which it is known. */
    private class Client implements Holder {
        private final Kept kept;
        private int asked;

        Client(String name) {
            SessionState state = new SessionState(List.of(), List.of(new SessionState.Query("a", name, 1)), Set.of());
            leases.incrementAndGet();
            AtomicInteger once = new AtomicInteger(1);
            kept = new Kept(state, () -> leases.addAndGet(-once.getAndSet(0)));
        }

        @Override
        public void giveUp(Consumer<Kept> heir) {
            asked++;
            heir.accept(kept);
        }
    }

    private static Claim claim(SessionStore store, SessionKey key, Holder holder) {
        AtomicReference<Claim> told = new AtomicReference<>();
        store.claim(key, holder, claim -> assertThat(told.getAndSet(claim)).isNull());
        return told.get();
    }

    private static Optional<String> name(Claim claim) {
        return claim.kept().map(kept -> kept.state().queries().get(0).ref());
    }

    private static SessionKey key(int number) {
        return new SessionKey("ann", "cortex:a", "0123456789abcde" + number);
    }

    private static void assertHolds(SessionStore store, int held, int kept) {
        assertThat(store.status().held()).isEqualTo(held);
        assertThat(store.status().kept()).isEqualTo(kept);
    }

    @Test
    @DisplayName("M14: what a client held is there when it comes back in time, once")
    void keeps() {
        SessionStore store = usual();
        Client first = new Client("first");
        assertThat(claim(store, KEY, first)).isEqualTo(new Claim(true, Optional.empty()));
        store.keep(KEY, first, first.kept);
        assertHolds(store, 0, 1);
        assertThat(store.status().bytes()).isEqualTo(first.kept.state().bytes());
        timers.advance(KEEP.minus(MOMENT));
        assertThat(name(claim(store, KEY, new Client("second")))).contains("first");
        assertThat(store.status()).isEqualTo(new SessionStore.Status(1, 0, 0));
        assertThat(counters.get(Counter.SESSIONS_RESUMED)).isEqualTo(1);
        assertThat(leases).as("the one who claimed it runs the lease").hasValue(2);
    }

    @Test
    @DisplayName("M14: who came before the one that holds a session does not take it; who came after does")
    void refusesWhoIsLate() {
        SessionStore store = usual();
        Client holder = new Client("holder");
        claim(store, KEY, holder);
        Client late = new Client("late") {
            @Override
            public boolean isBefore(Holder other) {
                return other == holder;
            }
        };
        assertThat(claim(store, KEY, late)).isEqualTo(new Claim(false, Optional.empty()));
        assertThat(holder.asked).isZero();
        assertHolds(store, 1, 0);
        assertThat(counters.get(Counter.SESSIONS_REFUSED)).isEqualTo(1);
        store.keep(KEY, late, late.kept);
        assertHolds(store, 1, 0);
        assertThat(name(claim(store, KEY, new Client("next")))).contains("holder");
    }

    @Test
    @DisplayName("M14: after the time for which it is kept nothing is left, and its lease has ended")
    void forgetsInTime() {
        SessionStore store = usual();
        for (int i = 0; i < 5; i++) {
            Client client = new Client("c" + i);
            claim(store, key(i), client);
            store.keep(key(i), client, client.kept);
            timers.advance(Duration.ofSeconds(10));
        }
        assertHolds(store, 0, 2);
        assertThat(leases).hasValue(2);
        timers.advance(KEEP);
        assertThat(store.status()).isEqualTo(new SessionStore.Status(0, 0, 0));
        assertThat(leases).hasValue(0);
        assertThat(timers.pending()).isZero();
        assertThat(counters.get(Counter.SESSIONS_EXPIRED)).isEqualTo(5);
        assertThat(claim(store, key(0), new Client("late")).kept()).isEmpty();
    }

    @Test
    @DisplayName("M14: a session belongs to a subject and a place; for anybody else there is nothing")
    void isBound() {
        SessionStore store = usual();
        Client ann = new Client("ann");
        claim(store, KEY, ann);
        store.keep(KEY, ann, ann.kept);
        assertThat(claim(store, new SessionKey("bob", KEY.place(), KEY.name()), new Client("bob"))
                        .kept())
                .isEmpty();
        assertThat(claim(store, new SessionKey(KEY.subject(), "cortex:b", KEY.name()), new Client("b"))
                        .kept())
                .isEmpty();
        assertThat(name(claim(store, KEY, new Client("ann again")))).contains("ann");
        assertThat(KEY.toString()).doesNotContain(KEY.name());
    }

    @Test
    @DisplayName(
            "M14: who claims a session that somebody holds gets it from the holder, whose end then changes nothing")
    void takesOver() {
        SessionStore store = usual();
        Client old = new Client("old");
        Client young = new Client("young");
        claim(store, KEY, old);
        assertThat(name(claim(store, KEY, young))).contains("old");
        assertThat(old.asked).isEqualTo(1);
        store.keep(KEY, old, old.kept);
        store.forget(KEY, old);
        assertHolds(store, 1, 0);
        store.keep(KEY, young, young.kept);
        assertThat(name(claim(store, KEY, new Client("third")))).contains("young");
        assertThat(counters.get(Counter.SESSIONS_TAKEN_OVER)).isEqualTo(1);
    }

    @Test
    @DisplayName("M14: a session that its client has left is not there any more")
    void forgets() {
        SessionStore store = usual();
        Client client = new Client("c");
        claim(store, KEY, client);
        store.forget(KEY, client);
        store.keep(KEY, client, client.kept);
        assertHolds(store, 0, 0);
        assertThat(claim(store, KEY, new Client("d")).kept()).isEmpty();
    }

    @Test
    @DisplayName("G9: at the bound on sessions the one kept longest goes; if all have a client, one more is refused")
    void boundsTheirNumber() {
        SessionStore store = store(KEEP, 2, 1 << 20);
        Client one = new Client("one");
        Client two = new Client("two");
        claim(store, key(1), one);
        claim(store, key(2), two);
        assertThat(claim(store, key(3), new Client("three"))).isEqualTo(new Claim(false, Optional.empty()));
        assertThat(counters.get(Counter.SESSIONS_REFUSED)).isEqualTo(1);
        store.keep(key(2), two, two.kept);
        store.keep(key(1), one, one.kept);
        assertThat(claim(store, key(3), new Client("three")).held()).isTrue();
        assertThat(counters.get(Counter.SESSIONS_EVICTED)).isEqualTo(1);
        assertThat(name(claim(store, key(1), new Client("one again")))).contains("one");
        assertThat(claim(store, key(2), new Client("two again")).held()).isFalse();
    }

    @Test
    @DisplayName("G9: at the bound on memory what was kept longest goes, and its lease ends")
    void boundsTheirMemory() {
        int bytes = new Client("x0").kept.state().bytes();
        leases.set(0);
        SessionStore store = store(KEEP, 100, 3 * bytes);
        for (int i = 0; i < 9; i++) {
            Client client = new Client("x" + i);
            claim(store, key(i), client);
            store.keep(key(i), client, client.kept);
        }
        assertThat(store.status()).isEqualTo(new SessionStore.Status(0, 3, 3L * bytes));
        assertThat(leases).hasValue(3);
        assertThat(name(claim(store, key(6), new Client("y")))).contains("x6");
        assertThat(claim(store, key(5), new Client("y")).kept()).isEmpty();
    }

    @Test
    @DisplayName("M14: with no time to keep anything, nothing is kept")
    void keepsNothing() {
        SessionStore store = store(Duration.ZERO, 10, 1 << 20);
        Client client = new Client("c");
        claim(store, KEY, client);
        store.keep(KEY, client, client.kept);
        assertThat(store.status()).isEqualTo(new SessionStore.Status(0, 0, 0));
        assertThat(leases).hasValue(0);
        assertThat(claim(store, KEY, new Client("d")).kept()).isEmpty();
        assertThat(timers.pending()).isZero();
    }

    @Test
    @DisplayName("G9: the memory of a state grows with its texts")
    void countsItsTexts() {
        SessionState.Topic topic = new SessionState.Topic(
                "t".repeat(200), Set.of("e".repeat(100)), "block", false, new Position("epoch", 1), Optional.empty());
        assertThat(new SessionState(List.of(topic), List.of(), Set.of("f".repeat(100))).bytes())
                .isGreaterThan(SessionState.NOTHING.bytes() + 800);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("M14 G9: after any history everything is gone in time, and every lease has ended once")
    void leavesNothing(long seed) {
        Random random = new Random(seed);
        SessionStore store = store(KEEP, 6, 1500);
        List<Client> present = new ArrayList<>();
        List<SessionKey> keys = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            switch (random.nextInt(4)) {
                case 0, 1 -> {
                    Client client = new Client("c" + i);
                    SessionKey key = key(random.nextInt(8));
                    Claim claim = claim(store, key, client);
                    claim.kept().ifPresent(kept -> kept.lease().run());
                    if (claim.held()) {
                        present.add(client);
                        keys.add(key);
                    } else {
                        client.kept.lease().run();
                    }
                }
                case 2 -> timers.advance(Duration.ofSeconds(random.nextInt(10)));
                default -> {
                    if (!present.isEmpty()) {
                        int who = random.nextInt(present.size());
                        Client client = present.remove(who);
                        store.keep(keys.remove(who), client, client.kept);
                    }
                }
            }
            assertThat(store.status().held() + store.status().kept()).isLessThanOrEqualTo(6);
            assertThat(store.status().bytes()).isBetween(0L, 1500L);
        }
        for (int i = 0; i < present.size(); i++) {
            store.keep(keys.get(i), present.get(i), present.get(i).kept);
        }
        timers.advance(KEEP);
        assertThat(store.status()).isEqualTo(new SessionStore.Status(0, 0, 0));
        assertThat(leases).hasValue(0);
        assertThat(timers.pending()).isZero();
    }

    @RepeatedTest(20)
    @DisplayName("M14: however many claim a session at a time, what was held is given to one of them only")
    void isGivenOnce() throws Exception {
        SessionStore store = usual();
        Client first = new Client("first");
        claim(store, KEY, first);
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> threads = new ArrayList<>();
        Set<String> given = new HashSet<>();
        AtomicInteger givings = new AtomicInteger();
        for (int i = 0; i < 8; i++) {
            Client client = new Client("c" + i);
            Thread thread = new Thread(() -> {
                awaitStart(start);
                store.claim(KEY, client, claim -> {
                    synchronized (given) {
                        name(claim).ifPresent(given::add);
                        givings.addAndGet(claim.kept().isPresent() ? 1 : 0);
                    }
                });
            });
            thread.start();
            threads.add(thread);
        }
        start.countDown();
        store.keep(KEY, first, first.kept);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(givings.get()).isEqualTo(given.size()).isEqualTo(8);
        assertHolds(store, 1, 0);
    }

    private static void awaitStart(CountDownLatch start) {
        try {
            start.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
