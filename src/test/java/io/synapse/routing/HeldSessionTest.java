package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.connection.Connection;
import io.synapse.platform.Counters;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.session.SessionKey;
import io.synapse.session.SessionState;
import io.synapse.session.SessionStore;
import io.synapse.session.SessionStore.Claim;
import io.synapse.session.SessionStore.Kept;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.Sessions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HeldSessionTest {

    private static final SessionKey KEY = new SessionKey("alice", "cortex:a", "s");

    private final ManualTimers timers = new ManualTimers();
    private final Counters counters = new Counters();
    private final SessionStore store = Sessions.store(timers, counters);
    private final List<String> events = new ArrayList<>();

    private HeldSession dialledAt(long nanos) {
        Connection connection = new Connection(
                "c" + nanos,
                "127.0.0.1",
                nanos,
                new FakeTransport(FakeTransport.Behaviour.INLINE),
                new ObjectCodecs(64, 1 << 20).open(ObjectCodecs.Format.JSON),
                new Connection.Environment(
                        new OutboxConfig(16, 1 << 20, 1 << 16, Duration.ofDays(1)), timers.ticker(), timers, counters));
        return new HeldSession(store, KEY, connection);
    }

    private static Kept kept(String query) {
        return new Kept(
                new SessionState(List.of(), List.of(new SessionState.Query("a", query, 1)), Set.of()), () -> {});
    }

    /** A client that holds one query, and has everything that it may have. */
    private HeldSession holding(long dialledAt, String query, Runnable whileParked) {
        HeldSession session = dialledAt(dialledAt);
        session.claim(claim -> session.begin(new HeldSession.Holding() {
            @Override
            public SessionState look() {
                return SessionState.NOTHING;
            }

            @Override
            public Kept park(boolean takenOver) {
                whileParked.run();
                events.add("parked");
                return kept(query);
            }

            @Override
            public void takenOver() {
                events.add("closed");
            }
        }));
        assertThat(session.restored()).isTrue();
        return session;
    }

    private static String query(Claim claim) {
        return claim.kept().orElseThrow().state().queries().get(0).ref();
    }

    @Test
    @DisplayName(
            "M14: a connection that ends while another takes its session over lets nothing go that is being given away")
    void endsWhileItGivesUp() {
        List<HeldSession> first = new ArrayList<>();
        first.add(holding(1, "q", () -> first.get(0).connectionEnded(() -> events.add("let go"))));
        List<String> got = new ArrayList<>();
        dialledAt(2).claim(claim -> got.add(query(claim)));
        assertThat(got).containsExactly("q");
        assertThat(events).containsExactly("parked", "let go", "closed");
        first.get(0).connectionEnded(() -> events.add("let go again"));
        assertThat(events).endsWith("let go again");
    }

    @Test
    @DisplayName("M14: who claims a session while the connection that had it ends gets it from there")
    void claimedWhileItEnds() {
        List<String> got = new ArrayList<>();
        HeldSession first = holding(1, "q", () -> dialledAt(2).claim(claim -> got.add(query(claim))));
        first.connectionEnded(() -> events.add("let go"));
        assertThat(got).containsExactly("q");
        assertThat(events).containsExactly("parked", "let go");
        assertThat(store.status()).isEqualTo(new SessionStore.Status(1, 0, 0));
    }

    @Test
    @DisplayName("M14: of two connections the one that was dialled later has the session, whichever is opened first")
    void orderOfDialling() {
        HeldSession young = holding(2, "q", () -> {});
        List<Claim> told = new ArrayList<>();
        dialledAt(1).claim(told::add);
        assertThat(told).singleElement().matches(claim -> !claim.held());
        assertThat(young.isOver()).isFalse();
        dialledAt(3).claim(told::add);
        assertThat(query(told.get(1))).isEqualTo("q");
        assertThat(young.isOver()).isTrue();
    }

    @Test
    @DisplayName("M14: who loses the session before it has everything back learns so, and the other has all of it")
    void losesWhatItHasNotYet() {
        holding(1, "q", () -> {}).connectionEnded(() -> {});
        HeldSession second = dialledAt(2);
        List<String> got = new ArrayList<>();
        second.claim(claim -> {
            got.add(query(claim));
            dialledAt(3).claim(later -> got.add(query(later)));
        });
        assertThat(got).containsExactly("q", "q");
        assertThat(second.restored()).isFalse();
    }

    @Test
    @DisplayName("M14: who claims a session that its holder has just given up for good is told so")
    void forgotten() {
        HeldSession first = holding(1, "q", () -> {});
        List<SessionState> told = new ArrayList<>();
        first.forget();
        first.giveUp(kept -> told.add(kept.state()));
        assertThat(told).containsExactly(SessionState.NOTHING);
    }
}
