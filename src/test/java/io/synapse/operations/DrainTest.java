package io.synapse.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;
import static org.awaitility.Awaitility.await;

import io.synapse.config.DrainConfig;
import io.synapse.connection.Connection.Source.Tie;
import io.synapse.operations.Drain.State;
import io.synapse.operations.DrainFixture.Client;
import io.synapse.platform.Counter;
import io.synapse.protocol.CloseReason;
import io.synapse.query.QueryService.Submission;
import io.synapse.testing.Configs;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrainTest {

    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final DrainFixture node = new DrainFixture(WINDOW, 100, 10);

    @Test
    @DisplayName("B10 K2: every client is told a time of its own before it is closed with 1012, at about that time")
    void tellsThenCloses() {
        node.connect(200);
        assertThat(node.drain.begin()).isTrue();
        node.look();
        assertThat(node.clients.values())
                .allSatisfy(client -> assertThat(client.told()).hasSize(1));
        node.pass(WINDOW.plusSeconds(2));

        Set<Long> times = new HashSet<>();
        for (Client client : node.clients.values()) {
            times.add(client.told().get(0));
            assertThat(client.closes()).containsExactly(CloseReason.SERVICE_RESTART);
            assertThat(client.closedAt).isCloseTo(client.told().get(0), offset(120L));
            assertThat(client.closedAt).isGreaterThanOrEqualTo(900);
        }
        assertThat(times.size()).isGreaterThan(190);
        assertThat(node.drain.progress().state()).isEqualTo(State.DRAINED);
        assertThat(node.counters.get(Counter.CONNECTIONS_DRAINED)).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"10,100,10,2000", "0,100,10,500", "0,1000,10,3000", "10,50,1,300", "1,20,20,100"})
    @DisplayName("B10: no second has more closes than the rate, however many clients there are")
    void staysBelowTheRate(int window, int rate, int batch, int clients) {
        DrainFixture many = new DrainFixture(Duration.ofSeconds(window), rate, batch);
        many.connect(clients);
        many.drain.begin();
        many.pass(Duration.ofMillis(1000L * window + 1100L * clients / rate + 3000));
        assertThat(many.mostClosesInASecond()).isLessThanOrEqualTo(rate).isPositive();
        assertThat(many.drain.progress().state()).isEqualTo(State.DRAINED);
    }

    @Test
    @DisplayName("B10: few clients are spread over the window")
    void spreadsOverTheWindow() {
        node.connect(10);
        node.drain.begin();
        node.pass(WINDOW.plusSeconds(2));
        List<Long> closes = node.clients.values().stream()
                .map(client -> client.closedAt)
                .sorted()
                .toList();
        for (int i = 1; i < closes.size(); i++) {
            assertThat(closes.get(i) - closes.get(i - 1)).isBetween(1L, 2200L);
        }
        assertThat(closes.get(9) - closes.get(0)).isGreaterThan(8000);
    }

    @Test
    @DisplayName("B10: who follows a running query goes when it has ended, with its result, and is told before")
    void waitsForQueries() {
        node.connect(20);
        Client asking = node.connect("asking");
        assertThat(node.ask(asking, "q1")).isEqualTo(Submission.STARTED);
        node.drain.begin();
        node.pass(Duration.ofSeconds(15));
        assertThat(asking.told()).isEmpty();
        assertThat(node.registry.count()).isEqualTo(1);
        Drain.Progress progress = node.drain.progress();
        assertThat(progress.state()).isEqualTo(State.DRAINING);
        assertThat(progress.waiting()).isEqualTo(1);
        assertThat(progress.queries()).isEqualTo(1);
        assertThat(progress.closed()).isEqualTo(20);

        node.answer("q1");
        node.look();
        assertThat(asking.hasResult()).isTrue();
        assertThat(asking.closedAt).isNegative();
        node.pass(Duration.ofSeconds(3));
        assertThat(asking.toldAt).isPositive().isLessThan(asking.closedAt);
        assertThat(asking.closes()).containsExactly(CloseReason.SERVICE_RESTART);
        assertThat(node.drain.progress().state()).isEqualTo(State.DRAINED);
    }

    @Test
    @DisplayName("B10 B2: after the grace queries are stopped, everybody gets a result, and then goes")
    void stopsAfterTheGrace() {
        for (int i = 0; i < 30; i++) {
            node.ask(node.connect("c" + i), "q" + i);
        }
        node.drain.begin();
        node.pass(DrainFixture.GRACE.minusSeconds(1));
        assertThat(node.clients.values()).noneMatch(Client::hasResult);
        node.pass(Duration.ofSeconds(10));
        assertThat(node.clients.values()).allSatisfy(client -> {
            assertThat(client.transport.texts())
                    .filteredOn(text -> text.contains("\"result\""))
                    .singleElement()
                    .asString()
                    .contains("server stopping");
            assertThat(client.toldAt).isNotNegative().isLessThan(client.closedAt);
            assertThat(client.closes()).containsExactly(CloseReason.SERVICE_RESTART);
        });
        assertThat(node.drain.progress().state()).isEqualTo(State.DRAINED);
    }

    @Test
    @DisplayName(
            "B10: where queries go on elsewhere, those who follow them go at once, and the query runs to its end here")
    void letsFollowersGo() {
        node.movable = true;
        Client asking = node.connect("asking");
        node.ask(asking, "q1");
        node.drain.begin();
        node.pass(WINDOW.plusSeconds(2));
        assertThat(asking.closes()).containsExactly(CloseReason.SERVICE_RESTART);
        assertThat(node.drain.progress().state()).isEqualTo(State.DRAINING);
        node.answer("q1");
        node.pass(Duration.ofSeconds(1));
        assertThat(node.drain.progress().state()).isEqualTo(State.DRAINED);
    }

    @Test
    @DisplayName("B10: a worker that has a task stays until the task is over, also where queries go on elsewhere")
    void waitsForWorkers() {
        node.movable = true;
        boolean[] busy = {true};
        Client worker = node.connect("worker");
        node.tie(worker, Tie.TASK, () -> busy[0]);
        node.drain.begin();
        node.pass(Duration.ofSeconds(12));
        assertThat(worker.closes()).isEmpty();
        busy[0] = false;
        node.pass(Duration.ofSeconds(3));
        assertThat(worker.closes()).containsExactly(CloseReason.SERVICE_RESTART);
    }

    @Test
    @DisplayName("B10: a client that comes to follow a query after it was told stays until that has ended")
    void mindsLateFollowers() {
        Client client = node.connect("late");
        boolean[] tied = {false};
        node.tie(client, Tie.QUERY, () -> tied[0]);
        node.drain.begin();
        assertThat(client.told()).hasSize(1);
        tied[0] = true;
        node.pass(WINDOW.plusSeconds(2));
        assertThat(client.closes()).isEmpty();
        tied[0] = false;
        node.pass(Duration.ofSeconds(3));
        assertThat(client.told()).hasSize(2);
        assertThat(client.closes()).containsExactly(CloseReason.SERVICE_RESTART);
    }

    @Test
    @DisplayName("B10: nothing new is taken; what was accepted before may be asked again, and waits its turn")
    void refusesWhatIsNew() {
        Client client = node.connect("c");
        node.ask(client, "q1");
        node.drain.begin();
        assertThat(node.queries.isAccepting()).isFalse();
        assertThat(node.ask(client, "q2")).isEqualTo(Submission.STOPPING);
        assertThat(node.ask(client, "q1")).isEqualTo(Submission.ATTACHED);
        assertThat(new NodeState(Configs.with(Map.of()), node.queries).notReady())
                .contains("draining");
        assertThat(node.drain.begin()).isFalse();
    }

    @Test
    @DisplayName("B10: clients that were still on their way in when it began are let go like the others")
    void seesThoseWhoComeLate() {
        node.connect(1);
        node.drain.begin();
        Client late = node.connect("late");
        node.pass(WINDOW.plusSeconds(2));
        assertThat(late.toldAt).isPositive().isLessThan(late.closedAt);
        assertThat(node.drain.progress().state()).isEqualTo(State.DRAINED);
    }

    @Test
    @DisplayName("B10: it can be taken back while it is on its way: the node serves again, and closes nobody")
    void canBeTakenBack() {
        node.connect(100);
        assertThat(node.drain.takeBack()).isFalse();
        node.drain.begin();
        CompletableFuture<State> ended = node.drain.ended().toCompletableFuture();
        node.pass(Duration.ofSeconds(3));
        int left = node.registry.count();
        assertThat(node.drain.takeBack()).isTrue();
        assertThat(ended).isCompletedWithValue(State.SERVING);
        node.pass(Duration.ofSeconds(30));
        assertThat(node.registry.count()).isEqualTo(left).isPositive();
        assertThat(node.queries.isAccepting()).isTrue();
        assertThat(node.drain.progress().state()).isEqualTo(State.SERVING);

        assertThat(node.drain.begin()).isTrue();
        node.pass(WINDOW.plusSeconds(2));
        assertThat(node.drain.progress().state()).isEqualTo(State.DRAINED);
        assertThat(node.drain.takeBack()).isFalse();
        assertThat(node.drain.begin()).isFalse();
    }

    @Test
    @DisplayName(
            "B10 K2: clients that do not take their close are cut off, and what is never known to end does not hold it up for ever")
    void endsInAnyCase() {
        Client stuck = node.connect("stuck");
        node.drain.begin();
        Duration longest = node.drain.longest();
        node.timers.advance(WINDOW.plusSeconds(7));
        assertThat(stuck.closes()).containsExactly(CloseReason.SERVICE_RESTART);
        assertThat(stuck.transport.aborts()).containsExactly(CloseReason.SERVICE_RESTART);
        assertThat(node.drain.progress().state()).isEqualTo(State.DRAINED);

        DrainFixture other = new DrainFixture(WINDOW, 100, 10);
        Client lost = other.connect("lost");
        lost.connection.closed();
        other.registry.track(lost.connection);
        other.drain.begin();
        other.timers.advance(longest.minusSeconds(2));
        assertThat(other.drain.progress().state()).isEqualTo(State.DRAINING);
        other.timers.advance(Duration.ofSeconds(3));
        assertThat(other.drain.progress().state()).isEqualTo(State.DRAINED);
    }

    @Test
    @DisplayName("B10: nobody there: drained at once; nothing is left behind in the timers")
    void endsAtOnceWithNobody() {
        node.drain.begin();
        node.pass(Duration.ofSeconds(1));
        assertThat(node.drain.progress().state()).isEqualTo(State.DRAINED);
        assertThat(node.timers.pending()).isZero();
    }

    @Test
    @DisplayName("B10: the end of the application waits for the drain, unless nobody is there or it is not wanted")
    void holdsUpTheEnd() throws Exception {
        DrainConfig wanted = new DrainConfig(DrainFixture.GRACE, WINDOW, 100, 10, true);
        new LastWait(wanted, node.drain).await();
        assertThat(node.drain.progress().state()).isEqualTo(State.SERVING);
        node.connect(5);
        new LastWait(new DrainConfig(DrainFixture.GRACE, WINDOW, 100, 10, false), node.drain).await();
        LastWait over = new LastWait(wanted, node.drain);
        over.over();
        over.await();
        assertThat(node.drain.progress().state()).isEqualTo(State.SERVING);

        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> new LastWait(wanted, node.drain).await());
        await().until(() -> node.drain.progress().state() == State.DRAINING);
        assertThat(waiting).isNotDone();
        node.pass(WINDOW.plusSeconds(2));
        waiting.get(10, TimeUnit.SECONDS);
        assertThat(node.drain.progress().state()).isEqualTo(State.DRAINED);
    }
}
