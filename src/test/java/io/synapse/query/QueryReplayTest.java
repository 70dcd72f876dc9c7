package io.synapse.query;

import static io.synapse.query.QueryFixture.config;
import static io.synapse.query.QueryFixture.id;
import static io.synapse.query.QueryFixture.request;
import static io.synapse.query.QueryFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import io.synapse.platform.Counter;
import io.synapse.protocol.Address;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.query.Replays.Decision;
import io.synapse.testing.FakeTransport.Behaviour;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QueryReplayTest {

    private static final Duration STEP = Duration.ofMillis(100);

    /** Says a word each time it may. */
    private static final class Words implements QueryFixture.Script {
        private final int count;
        private final Semaphore may = new Semaphore(0);

        private Words(int count) {
            this.count = count;
        }

        @Override
        public CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception {
            for (int i = 1; i <= count; i++) {
                may.acquire();
                context.emit(i % 3 == 0 ? Thought.of("step", "s" + i) : Thought.text("w" + i + " "));
            }
            may.acquire();
            return Answer.of("x").done();
        }

        /** A query with a word after 100 ms, 200 ms, and so on, and the answer one step after the last. */
        private List<String> ask(QueryFixture f, String ref) {
            QueryFixture.Client client = f.client();
            client.ask(request(ref));
            for (int i = 1; i <= count; i++) {
                f.timers.advance(STEP);
                may.release();
                long seq = i;
                until(() -> f.service.lastSeq(id(ref)) == seq);
            }
            f.timers.advance(STEP);
            may.release();
            client.result();
            until(() -> f.service.status().kept() > 0 && f.service.status().running() == 0);
            return client.transport.texts();
        }
    }

    private static QueryReplay play(QueryFixture f, QueryFixture.Client client, String ref, double speed) {
        Replays.Outcome outcome =
                f.service.replays().prepare(id(ref), "t", client.connection, QueryFixture.format(), speed);
        assertThat(outcome.decision()).isEqualTo(Decision.READY);
        outcome.replay().play();
        return outcome.replay();
    }

    private static Decision refused(QueryFixture f, QueryFixture.Client client, String ref) {
        return f.service
                .replays()
                .prepare(id(ref), "t", client.connection, QueryFixture.format(), 1)
                .decision();
    }

    /** What was sent, without the mark that it is a replay. */
    private static List<String> unmarked(QueryFixture.Client client, QueryReplay replay) {
        String mark = "{\"replay\":\"" + replay.id() + "\",";
        assertThat(client.transport.texts()).allMatch(text -> text.contains(mark));
        return client.transport.texts().stream()
                .map(text -> text.replace(mark, "{"))
                .toList();
    }

    @Test
    @DisplayName(
            "B13: shown again, it is the same to the letter but for the mark, at its own pace, twice it, or at once")
    void atAnySpeed() {
        Words words = new Words(4);
        try (QueryFixture f = new QueryFixture(words)) {
            List<String> live = words.ask(f, "r");
            for (double speed : List.of(1.0, 2.0, 0.5)) {
                QueryFixture.Client client = f.client();
                QueryReplay replay = play(f, client, "r", speed);
                for (int shown = 0; shown < live.size(); shown++) {
                    assertThat(client.transport.texts()).hasSize(shown);
                    f.timers.advance(
                            Duration.ofNanos((long) (STEP.toNanos() / speed)).minusNanos(1));
                    assertThat(client.transport.texts()).hasSize(shown);
                    f.timers.advance(Duration.ofNanos(1));
                }
                assertThat(unmarked(client, replay)).isEqualTo(live);
                assertThat(replay.isOver()).isTrue();
            }
            QueryFixture.Client client = f.client();
            QueryReplay replay = play(f, client, "r", 0);
            assertThat(unmarked(client, replay)).isEqualTo(live);
            assertThat(f.service.replays().running()).isZero();
            assertThat(f.count(Counter.QUERIES_STARTED)).isEqualTo(1);
            assertThat(f.count(Counter.REPLAYS_STARTED)).isEqualTo(4);
            assertThat(client.connection.sources()).isEmpty();
        }
    }

    @Test
    @DisplayName("B13: a slow reader gets every thought by itself, in order, as fast as it reads")
    void aSlowReader() {
        Words words = new Words(200);
        try (QueryFixture f = new QueryFixture(words)) {
            List<String> live = words.ask(f, "r");
            QueryFixture.Client slow = f.client(Behaviour.LATER, new OutboxConfig(10, 1 << 20, 1, Duration.ofDays(1)));
            QueryReplay replay = play(f, slow, "r", 1000);
            f.timers.advance(Duration.ofMinutes(1));
            assertThat(slow.transport.texts()).hasSizeLessThan(10);
            until(() -> {
                slow.transport.completeNext();
                return replay.isOver();
            });
            slow.transport.completeAll();
            assertThat(unmarked(slow, replay)).isEqualTo(live);
            assertThat(slow.connection.isOpen()).isTrue();
        }
    }

    @Test
    @DisplayName("B13: an interrupt stops a replay: the reply, interrupted, a result, and nothing after them")
    void interrupted() {
        Words words = new Words(4);
        try (QueryFixture f = new QueryFixture(words)) {
            words.ask(f, "r");
            QueryFixture.Client client = f.client();
            QueryReplay replay = play(f, client, "r", 1);
            f.timers.advance(STEP.multipliedBy(2));
            int playing = f.timers.pending();
            Address address = new Address(Ref.of("1"), Ref.of("9"), "cortex:a");
            assertThat(replay.interrupt(
                            "enough",
                            seq -> new ServerMessage.Reply(
                                    address, ServerMessage.Status.OK, Payloads.of("last_seq", seq))))
                    .isTrue();
            assertThat(client.events()).containsExactly("thought", "thought", "phx_reply", "interrupted", "result");
            assertThat(client.texts("phx_reply").get(0)).contains("\"last_seq\":2");
            assertThat(client.texts("result").get(0))
                    .contains("{\"replay\":\"" + replay.id() + "\",\"ref\":\"r\",\"status\":\"interrupted\"")
                    .contains("\"truncated_at_seq\":2");
            assertThat(f.timers.pending()).isEqualTo(playing - 1);
            f.timers.advance(Duration.ofSeconds(10));
            assertThat(client.events()).hasSize(5);
            assertThat(replay.interrupt("again", seq -> null)).isFalse();
            assertThat(f.service.replays().running()).isZero();
        }
    }

    @Test
    @DisplayName("B13: an interrupted query is shown again with its interrupt")
    void ofAnInterruptedQuery() {
        Words words = new Words(4);
        try (QueryFixture f = new QueryFixture(words)) {
            QueryFixture.Client live = f.client();
            live.ask(request("r"));
            f.timers.advance(STEP);
            words.may.release(2);
            until(() -> f.service.lastSeq(id("r")) == 2);
            f.service.interrupt(id("r"), "enough", outcome -> {});
            live.result();
            until(() -> f.service.status().kept() == 1);
            QueryFixture.Client client = f.client();
            QueryReplay replay = play(f, client, "r", 1);
            f.timers.advance(STEP);
            assertThat(unmarked(client, replay)).isEqualTo(live.transport.texts());
            assertThat(client.events()).containsExactly("thought", "thought", "interrupted", "result");
        }
    }

    @Test
    @DisplayName("B13: what is unknown or still runs is not shown; a connection has a few at a time; all end")
    void refusals() {
        Words words = new Words(2);
        try (QueryFixture f = new QueryFixture(words, config(4, 16))) {
            words.ask(f, "r");
            QueryFixture.Client client = f.client();
            f.service.submit(request("running"), QueryFixture.NOTHING);
            assertThat(refused(f, client, "none")).isEqualTo(Decision.NOT_FOUND);
            assertThat(refused(f, client, "running")).isEqualTo(Decision.STILL_RUNNING);
            List<QueryReplay> replays = List.of(
                    play(f, client, "r", 1), play(f, client, "r", 1), play(f, client, "r", 1), play(f, client, "r", 1));
            assertThat(refused(f, client, "r")).isEqualTo(Decision.TOO_MANY);
            for (int i = 0; i < 24; i++) {
                QueryFixture.Client other = f.client();
                for (int own = 0; own < 4; own++) {
                    play(f, other, "r", 1);
                }
            }
            assertThat(refused(f, f.client(), "r")).isEqualTo(Decision.OVERLOADED);
            assertThat(f.service.replays().running()).isEqualTo(100);
            replays.get(0).stop();
            replays.get(0).stop();
            assertThat(f.service.replays().running()).isEqualTo(99);
            f.timers.advance(Duration.ofSeconds(1));
            assertThat(f.service.replays().running()).isZero();
        }
    }

    @Test
    @DisplayName("B13: a replay goes on though its query is forgotten; another one finds nothing")
    void forgotten() {
        Words words = new Words(2);
        try (QueryFixture f = new QueryFixture(words)) {
            List<String> live = words.ask(f, "r");
            QueryFixture.Client client = f.client();
            QueryReplay replay = play(f, client, "r", 0.01);
            f.timers.advance(STEP.multipliedBy(299));
            f.timers.advance(QueryFixture.KEPT.minus(STEP.multipliedBy(299)).minusSeconds(1));
            f.timers.advance(Duration.ofSeconds(2));
            assertThat(f.service.exists(id("r"))).isFalse();
            assertThat(unmarked(client, replay)).isEqualTo(live);
            assertThat(refused(f, client, "r")).isEqualTo(Decision.NOT_FOUND);
        }
    }
}
