package io.synapse.query;

import static io.synapse.config.DoubleTexting.ENQUEUE;
import static io.synapse.config.DoubleTexting.INTERRUPT;
import static io.synapse.config.DoubleTexting.REJECT;
import static io.synapse.config.DoubleTexting.ROLLBACK;
import static io.synapse.query.ConversationFixture.key;
import static io.synapse.query.ConversationFixture.request;
import static io.synapse.query.QueryFixture.STOP;
import static io.synapse.query.QueryFixture.TIMEOUT;
import static io.synapse.query.QueryFixture.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.DoubleTexting;
import io.synapse.conversation.Turn;
import io.synapse.platform.Counter;
import io.synapse.query.QueryService.Submission;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of queries that are of one conversation. */
@Timeout(60)
class ConversationGateTest {

    private final ConversationFixture c = new ConversationFixture(4, 16);

    @AfterEach
    void nothingIsLeft() {
        c.calls.forEach(call -> call.answer().complete(null));
        c.f.service.stop();
        c.calls.forEach(call -> call.answer().complete(null));
        c.f.timers.advance(STOP);
        assertThat(c.f.gate.active()).isZero();
        assertThat(c.f.service.tenants()).isZero();
        assertThat(c.f.ended()).isEqualTo(c.f.count(Counter.QUERIES_STARTED));
        c.close();
    }

    private void assertResult(String ref, String status) {
        assertThat(c.texts("result", ref)).hasSize(1).allMatch(text -> text.contains("\"" + status + "\""));
    }

    @Test
    @DisplayName("A query is told what was asked and shown before it in its conversation")
    void tellsWhatWasBefore() {
        c.ask("q1", null);
        assertThat(c.history("q1")).isEmpty();
        c.say("q1", "Two");
        c.call("q1").context().emit("step", "thinking");
        c.say("q1", " and two");
        c.end("q1");
        c.ask("q2", null);
        assertThat(c.history("q2")).containsExactly("about q1: Two and two");
        c.end("q2");
        // What was said in the result alone was shown, too.
        c.ask("q3", null);
        assertThat(c.history("q3")).containsExactly("about q1: Two and two", "about q2: the end of q2");
        c.client.ask(request("other", "ann", "d", null));
        assertThat(c.history("other")).isEmpty();
    }

    @Test
    @DisplayName("B4: after an interrupt the context holds what was shown, and not what the engine says then")
    void keepsWhatWasShown() {
        c.ask("q1", null);
        c.say("q1", "One ");
        c.say("q1", "two ");
        c.f.service.interrupt(id("q1"), "enough", outcome -> {});
        c.ask("q2", null);
        assertThat(c.history("q2")).containsExactly("about q1: One two …");
        Turn turn = c.turns().get(0);
        assertThat(turn.status()).isEqualTo("interrupted");
        assertThat(turn.truncatedAtSeq()).hasValue(2);
        assertThat(turn.started()).isEqualTo(turn.ended()).hasToString("2023-11-14T22:13:20Z");
    }

    @Test
    @DisplayName("B4: what failed or timed out without a word can be read and is not in the context; with words it is")
    void leavesOutWhatSaidNothing() {
        c.ask("q1", null);
        c.fail("q1");
        c.ask("q2", null);
        c.say("q2", "half");
        c.fail("q2");
        c.ask("q3", null);
        c.f.timers.advance(TIMEOUT);
        c.ask("q4", null);
        c.say("q4", "quarter");
        c.f.timers.advance(TIMEOUT);
        c.ask("q5", null);
        c.f.service.interrupt(id("q5"), "enough", outcome -> {});
        c.ask("q6", null);
        assertThat(c.told())
                .containsExactly(
                        "q1 error ''", "q2 error 'half'", "q3 timeout ''", "q4 timeout 'quarter'", "q5 interrupted ''");
        assertThat(c.history("q6")).containsExactly("about q2: half…", "about q4: quarter…", "about q5: …");
        assertThat(c.turns()).allMatch(turn -> turn.truncatedAtSeq().isPresent());
    }

    @Test
    @DisplayName("B7: the same ref again attaches and adds no turn; with another conversation it is refused")
    void addsATurnOnce() {
        assertThat(c.ask("q1", REJECT)).isEqualTo(Submission.STARTED);
        assertThat(c.ask("q1", ROLLBACK)).isEqualTo(Submission.ATTACHED);
        c.end("q1");
        assertThat(c.ask("q1", null)).isEqualTo(Submission.ATTACHED);
        assertThat(c.client.ask(request("q1", "ann", "d", null))).isEqualTo(Submission.REF_IN_USE);
        assertThat(c.client.ask(request("q1", "bob", "c", null))).isEqualTo(Submission.REF_IN_USE);
        assertThat(c.client.ask(QueryFixture.request("q1"))).isEqualTo(Submission.REF_IN_USE);
        assertThat(c.told()).containsExactly("q1 success 'the end of q1'");
        assertThat(c.f.count(Counter.TURNS)).isEqualTo(1);
    }

    @Test
    @DisplayName("Nobody else has the conversation, or knows of its queries")
    void isOfOneSubject() {
        c.ask("q1", null);
        assertThat(c.client.ask(request("b1", "bob", "c", REJECT))).isEqualTo(Submission.STARTED);
        assertThat(c.history("b1")).isEmpty();
        assertThat(c.f.service.isKnownTo("ann", id("q1"))).isTrue();
        assertThat(c.f.service.isKnownTo("bob", id("q1"))).isFalse();
        c.client.ask(QueryFixture.request("free"));
        assertThat(c.f.service.isKnownTo("bob", id("free"))).isTrue();
    }

    @Test
    @DisplayName("reject: the second query is refused while the first runs, and is taken when that has ended")
    void rejects() {
        c.ask("q1", null);
        assertThat(c.ask("q2", REJECT)).isEqualTo(Submission.CONVERSATION_BUSY);
        assertThat(c.f.service.runningOf(key("c"))).contains("q1");
        assertThat(c.f.count(Counter.CONVERSATIONS_BUSY)).isEqualTo(1);
        assertThat(c.f.service.exists(id("q2"))).isFalse();
        c.end("q1");
        assertThat(c.ask("q2", REJECT)).isEqualTo(Submission.STARTED);
        assertThat(c.called()).containsExactly("q1", "q2");
    }

    @Test
    @DisplayName("enqueue: queries wait in order, are told their place, and each knows those before it")
    void enqueues() {
        c.ask("q1", ENQUEUE);
        c.ask("q2", ENQUEUE);
        c.ask("q3", ENQUEUE);
        assertThat(c.called()).containsExactly("q1");
        assertThat(c.texts("queued", "q2")).hasSize(1).allMatch(text -> text.contains("\"position\":1"));
        assertThat(c.texts("queued", "q3")).hasSize(1).allMatch(text -> text.contains("\"position\":2"));
        c.end("q1");
        assertThat(c.called()).containsExactly("q1", "q2");
        assertThat(c.texts("queued", "q3")).hasSize(2);
        c.say("q2", "so");
        c.end("q2");
        assertThat(c.history("q3")).containsExactly("about q1: the end of q1", "about q2: so");
        // The result of each comes before the first thought of the next.
        c.say("q3", "x");
        List<String> events = c.client.transport.texts();
        assertThat(events.indexOf(c.texts("result", "q2").get(0)))
                .isLessThan(events.indexOf(c.texts("thought", "q3").get(0)));
    }

    @Test
    @DisplayName("enqueue: no more wait than may, and one that stops others finds room all the same")
    void boundsThoseWhoWait() {
        c.ask("q1", ENQUEUE);
        for (int i = 2; i <= 4; i++) {
            assertThat(c.ask("q" + i, ENQUEUE)).isEqualTo(Submission.STARTED);
        }
        assertThat(c.ask("q5", ENQUEUE)).isEqualTo(Submission.CONVERSATION_BUSY);
        assertThat(c.ask("q5", INTERRUPT)).isEqualTo(Submission.STARTED);
        assertThat(c.called()).containsExactly("q1", "q5");
        assertThat(c.told())
                .containsExactly("q1 interrupted ''", "q2 interrupted ''", "q3 interrupted ''", "q4 interrupted ''");
    }

    @Test
    @DisplayName("enqueue: what waits can be interrupted, its time-out goes on, and its place is free then")
    void endsWhileItWaits() {
        c.ask("q1", ENQUEUE);
        c.f.timers.advance(TIMEOUT.dividedBy(2));
        c.ask("q2", ENQUEUE);
        c.ask("q3", ENQUEUE);
        c.f.service.interrupt(
                id("q2"), "enough", outcome -> assertThat(outcome.stopped()).isTrue());
        assertResult("q2", "interrupted");
        c.f.timers.advance(TIMEOUT.dividedBy(2));
        // q1 has timed out; q3 runs, and times out by its own clock.
        assertThat(c.called()).containsExactly("q1", "q3");
        c.f.timers.advance(TIMEOUT.dividedBy(2));
        assertResult("q3", "timeout");
        assertThat(c.told()).containsExactly("q1 timeout ''", "q2 interrupted ''", "q3 timeout ''");
    }

    @Test
    @DisplayName("interrupt: the first query ends as interrupted, what it has shown is in the context of the second")
    void interrupts() {
        c.ask("q1", null);
        c.say("q1", "Once upon");
        assertThat(c.ask("q2", INTERRUPT)).isEqualTo(Submission.STARTED);
        assertResult("q1", "interrupted");
        assertThat(c.texts("interrupted", "q1")).hasSize(1).allMatch(text -> text.contains("superseded"));
        assertThat(c.history("q2")).containsExactly("about q1: Once upon…");
        assertThat(c.f.count(Counter.QUERIES_SUPERSEDED)).isEqualTo(1);
    }

    @Test
    @DisplayName("interrupt: the second query waits until the engine of the first has stopped, or the bound is over")
    void waitsForTheEngine() {
        c.stubborn.add("q1");
        c.ask("q1", null);
        c.ask("q2", INTERRUPT);
        assertThat(c.called()).containsExactly("q1");
        c.f.timers.advance(STOP);
        assertThat(c.called()).containsExactly("q1", "q2");
        assertResult("q1", "interrupted");
    }

    @Test
    @DisplayName("rollback: the first query ends as interrupted, and nothing of it is in the conversation")
    void rollsBack() {
        c.ask("q0", null);
        c.end("q0");
        c.ask("q1", null);
        c.say("q1", "Once upon");
        c.ask("q2", ENQUEUE);
        c.ask("q3", ROLLBACK);
        assertResult("q1", "interrupted");
        assertResult("q2", "interrupted");
        assertThat(c.history("q3")).containsExactly("about q0: the end of q0");
        assertThat(c.told()).containsExactly("q0 success 'the end of q0'");
        assertThat(c.f.count(Counter.TURNS_ROLLED_BACK)).isEqualTo(2);
    }

    @Test
    @DisplayName("rollback: what has ended by itself before the stop reached it stays")
    void keepsWhatHasEnded() {
        c.stubborn.add("q1");
        c.ask("q1", null);
        c.say("q1", "all of it");
        c.end("q1");
        c.ask("q2", ROLLBACK);
        assertResult("q1", "success");
        assertThat(c.history("q2")).containsExactly("about q1: all of it");
    }

    @ParameterizedTest
    @EnumSource(DoubleTexting.class)
    @DisplayName("Whoever has the result of a query can ask the next one, whatever its rule, and is told of it")
    void isFreeWhenTheResultIsThere(DoubleTexting rule) {
        c.ask("q1", rule);
        c.say("q1", "x");
        RunningQuery first = (RunningQuery) c.client.follow("q1", 0).query();
        first.stream().follow(() -> {
            if (!c.f.results(first).isEmpty() && c.call("q2") == null) {
                assertThat(c.ask("q2", rule)).isEqualTo(Submission.STARTED);
            }
        });
        c.end("q1");
        assertThat(c.history("q2")).containsExactly("about q1: x");
    }

    @Test
    @DisplayName("What is asked before a conversation is deleted is answered, and does not bring it back")
    void doesNotComeBack() {
        c.ask("q1", null);
        c.end("q1");
        c.ask("q2", null);
        c.ask("q3", ENQUEUE);
        assertThat(c.f.gate.delete(key("c"))).isCompletedWithValue(true);
        c.say("q2", "x");
        c.end("q2");
        assertThat(c.history("q3")).isEmpty();
        c.end("q3");
        assertResult("q3", "success");
        assertThat(c.turns()).isEmpty();
        assertThat(c.f.gate.delete(key("c"))).isCompletedWithValue(false);
        c.ask("q4", null);
        c.end("q4");
        assertThat(c.told()).containsExactly("q4 success 'the end of q4'");
    }

    @Test
    @DisplayName("A query that waits for its conversation holds one of the places, and no other query up")
    void holdsNobodyUp() {
        try (ConversationFixture one = new ConversationFixture(2, 2)) {
            one.ask("q1", null);
            one.ask("q2", ENQUEUE);
            one.client.ask(request("d1", "ann", "d", null));
            assertThat(one.called()).containsExactly("q1", "d1");
            assertThat(one.client.ask(request("e1", "ann", "e", null))).isEqualTo(Submission.STARTED);
            assertThat(one.client.ask(request("f1", "ann", "f", null))).isEqualTo(Submission.OVERLOADED);
            one.end("d1");
            assertThat(one.called()).containsExactly("q1", "d1", "e1");
        }
    }
}
