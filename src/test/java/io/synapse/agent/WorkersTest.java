package io.synapse.agent;

import static io.synapse.agent.AgentFixture.cancelled;
import static io.synapse.agent.AgentFixture.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.agent.AgentFixture.Client;
import io.synapse.agent.TaskNews.Given;
import io.synapse.engine.Answer;
import io.synapse.engine.Thought;
import io.synapse.platform.Counter;
import io.synapse.query.StopOutcome;
import io.synapse.testing.Agents;
import io.synapse.testing.FakeTransport.Behaviour;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class WorkersTest {

    private static final Duration INSTANT = Duration.ofMillis(1);

    private AgentFixture f = new AgentFixture();

    @AfterEach
    void leavesNothing() {
        Workers.Status status = f.workers.status();
        assertThat(status.running()).isZero();
        assertThat(status.waiting()).isZero();
        assertThat(f.service.status().running()).isZero();
    }

    private static void think(Worker worker, String task, String text) {
        assertThat(worker.think(task, Thought.text(text))).isPresent();
    }

    @Test
    @DisplayName("a worker gets the query, its thoughts are streamed, its answer is the result")
    void answers() {
        Worker worker = f.worker("poet", 1);
        Client client = f.ask("poet", "q1");
        Given task = given(worker);
        assertThat(task.question().ref()).isEqualTo("q1");
        assertThat(task.attempt()).isEqualTo(1);
        assertThat(task.timeout()).isEqualTo(AgentFixture.TIMEOUT);
        assertThat(worker.accept(task.task())).isTrue();
        think(worker, task.task(), "a ");
        think(worker, task.task(), "b");
        assertThat(worker.answer(task.task(), Answer.of("a b"))).isTrue();

        assertThat(client.all("thought"))
                .extracting(thought -> thought.at("/thought/content").asText())
                .containsExactly("a ", "b");
        assertThat(client.result().at("/data/answer").asText()).isEqualTo("a b");
        assertThat(worker.answer(task.task(), Answer.of("again"))).isFalse();
        assertThat(worker.think(task.task(), Thought.text("late"))).isEmpty();
        assertThat(worker.has(task.task())).isFalse();
        assertThat(f.count(Counter.TASK_MESSAGES_LATE)).isEqualTo(2);
        assertThat(client.result()).isNotNull();
    }

    @Test
    @DisplayName("a worker's failure is the reason of the error")
    void fails() {
        Worker worker = f.worker("poet", 1);
        Client client = f.ask("poet", "q1");
        worker.fail(given(worker).task(), "no_muse", "none came");
        assertThat(client.result().path("status").asText()).isEqualTo("error");
        assertThat(client.reason()).isEqualTo("no_muse");
    }

    @Test
    @DisplayName(
            "the least loaded for its capacity has the next query, then who was idle longest, and nobody more than it can")
    void sharesTheLoad() {
        Worker small = f.worker("poet", 1);
        Worker large = f.worker("poet", 3);
        List<Worker> order = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            f.ask("poet", "q" + i);
            order.add(small.news() != null ? small : large);
            Worker last = order.get(i);
            last.accept(given(last).task());
        }
        assertThat(order).containsExactly(small, large, large, large);
        Client fifth = f.ask("poet", "q5");
        assertThat(f.workers.status()).isEqualTo(new Workers.Status(2, 4, 4, 1));
        List.copyOf(small.givings.keySet()).forEach(task -> small.answer(task, Answer.of("x")));
        String last = given(small).task();
        small.answer(last, Answer.of("fifth"));
        assertThat(fifth.result().at("/data/answer").asText()).isEqualTo("fifth");
        List.copyOf(large.givings.keySet()).forEach(task -> large.answer(task, Answer.of("x")));
    }

    @Test
    @DisplayName("two workers that are equal take turns")
    void takesTurns() {
        Worker one = f.worker("poet", 1);
        Worker two = f.worker("poet", 1);
        for (int i = 0; i < 6; i++) {
            f.ask("poet", "q" + i);
            Worker next = i % 2 == 0 ? one : two;
            next.answer(given(next).task(), Answer.of("x"));
        }
        assertThat(one.news()).isNull();
        assertThat(two.news()).isNull();
    }

    @Test
    @DisplayName(
            "a query waits for a worker that comes in time; if none comes it ends with no_worker and when to try again")
    void waits() {
        Client patient = f.ask("team-a", "q1");
        f.timers.advance(Agents.PATIENCE.minus(INSTANT));
        assertThat(patient.result()).isNull();
        Worker worker = f.worker("team-a", 1);
        worker.answer(given(worker).task(), Answer.of("x"));
        assertThat(patient.result().path("status").asText()).isEqualTo("success");
        worker.end();

        Client unlucky = f.ask("team-a", "q2");
        f.timers.advance(Agents.PATIENCE);
        assertThat(unlucky.reason()).isEqualTo("no_worker");
        assertThat(unlucky.result().at("/data/retry_after_ms").asLong()).isEqualTo(Agents.PATIENCE.toMillis());
        assertThat(f.count(Counter.TASKS_UNSERVED)).isEqualTo(1);
    }

    @Test
    @DisplayName("where all workers are busy for too long, the query ends with workers_busy")
    void allAreBusy() {
        Worker worker = f.worker("poet", 1);
        f.ask("poet", "q1");
        String first = given(worker).task();
        worker.accept(first);
        Client second = f.ask("poet", "q2");
        f.timers.advance(Agents.PATIENCE);
        assertThat(second.reason()).isEqualTo("workers_busy");
        worker.answer(first, Answer.of("x"));
        assertThat(worker.news()).isNull();
    }

    @Test
    @DisplayName("a worker that dies before it emitted anything: the next one has the query, twice at most")
    void handsOver() {
        Client client = f.ask("poet", "q1");
        String id = null;
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThat(client.result()).isNull();
            Worker worker = f.worker("poet", 1);
            Given task = given(worker);
            assertThat(task.attempt()).isEqualTo(attempt);
            assertThat(id == null || id.equals(task.task())).isTrue();
            id = task.task();
            worker.accept(id);
            worker.end();
            assertThat(worker.answer(id, Answer.of("late"))).isFalse();
        }
        assertThat(client.reason()).isEqualTo("agent_lost");
        assertThat(f.count(Counter.TASKS_HANDED_OVER)).isEqualTo(2);
        assertThat(f.count(Counter.TASKS_LOST)).isEqualTo(1);
    }

    @Test
    @DisplayName("a query whose worker died, and that nobody else takes, ends with agent_lost")
    void handsOverToNobody() {
        Worker worker = f.worker("poet", 1);
        Client client = f.ask("poet", "q1");
        worker.end();
        f.timers.advance(Agents.PATIENCE);
        assertThat(client.reason()).isEqualTo("agent_lost");
    }

    @Test
    @DisplayName("a worker that dies after its first thought: agent_lost, once, and nobody begins anew")
    void losesWhatWasBegun() {
        Worker worker = f.worker("poet", 1);
        Worker other = f.worker("poet", 1);
        Client client = f.ask("poet", "q1");
        think(worker, given(worker).task(), "a");
        worker.end();
        worker.end();
        assertThat(client.reason()).isEqualTo("agent_lost");
        assertThat(other.news()).isNull();
        assertThat(client.all("thought")).hasSize(1);
    }

    @Test
    @DisplayName("M6: an interrupt is told to the worker, and acknowledged when the worker has stopped")
    void interrupts() {
        Worker worker = f.worker("poet", 1);
        Client client = f.ask("poet", "q1");
        String task = given(worker).task();
        think(worker, task, "a");
        List<StopOutcome> outcomes = f.interrupt("poet", "q1");
        assertThat(cancelled(worker)).isEqualTo(new TaskNews.Cancelled(task, "enough"));
        assertThat(outcomes).isEmpty();
        assertThat(worker.think(task, Thought.text("late"))).isEmpty();
        f.timers.advance(Duration.ofMillis(40));
        assertThat(worker.stopped(task)).isTrue();
        assertThat(outcomes).containsExactly(new StopOutcome(true, 40, 1));
        assertThat(client.result().path("status").asText()).isEqualTo("interrupted");
        assertThat(client.all("thought")).hasSize(1);
        assertThat(worker.has(task)).isFalse();
    }

    @Test
    @DisplayName("M6: an answer, a failure and the death of the worker say that it stopped, too")
    void stopsInOtherWays() {
        Worker worker = f.worker("poet", 3);
        for (String ref : List.of("answer", "fail", "die")) {
            Client client = f.ask("poet", ref);
            String task = given(worker).task();
            List<StopOutcome> outcomes = f.interrupt("poet", ref);
            cancelled(worker);
            switch (ref) {
                case "answer" -> assertThat(worker.answer(task, Answer.of("x"))).isFalse();
                case "fail" -> assertThat(worker.fail(task, "x", "x")).isFalse();
                default -> worker.end();
            }
            assertThat(outcomes).extracting(StopOutcome::stopped).containsExactly(true);
            assertThat(client.result().path("status").asText()).isEqualTo("interrupted");
        }
    }

    @Test
    @DisplayName(
            "M6: a worker that does not stop: stopped is false, the query's place is free in time, the worker's is not")
    void doesNotStop() {
        Worker worker = f.worker("poet", 1);
        f.ask("poet", "q1");
        String task = given(worker).task();
        worker.accept(task);
        List<StopOutcome> outcomes = f.interrupt("poet", "q1");
        f.timers.advance(AgentFixture.STOP);
        assertThat(outcomes).extracting(StopOutcome::stopped).containsExactly(false);
        assertThat(f.count(Counter.ENGINES_RUNAWAY)).isEqualTo(1);
        assertThat(f.service.status().running()).isEqualTo(1);
        f.timers.advance(Agents.CANCEL);
        assertThat(f.service.status().running()).isZero();

        cancelled(worker);
        Client next = f.ask("poet", "q2");
        assertThat(worker.news()).isNull();
        assertThat(worker.stopped(task)).isTrue();
        worker.answer(given(worker).task(), Answer.of("x"));
        assertThat(next.result().path("status").asText()).isEqualTo("success");
    }

    @Test
    @DisplayName("M7: a query that times out is taken from its worker, and one that waits is not given any more")
    void timesOut() {
        Worker worker = f.worker("poet", 1);
        Client client = f.ask("poet", "q1");
        String task = given(worker).task();
        worker.accept(task);
        f.timers.advance(AgentFixture.TIMEOUT);
        assertThat(client.result().path("status").asText()).isEqualTo("timeout");
        assertThat(cancelled(worker).reason()).startsWith("timeout");
        Client waiting = f.ask("poet", "q2");
        f.interrupt("poet", "q2");
        assertThat(waiting.result().path("status").asText()).isEqualTo("interrupted");
        worker.stopped(task);
        assertThat(worker.news()).isNull();
    }

    @Test
    @DisplayName(
            "a worker that does not accept loses the query to another, and keeps its place for what it does not do")
    void doesNotAccept() {
        Worker hung = f.worker("poet", 1);
        Client client = f.ask("poet", "q1");
        String task = given(hung).task();
        Worker other = f.worker("poet", 1);
        f.timers.advance(Agents.ACCEPT);
        assertThat(cancelled(hung).reason()).isEqualTo("not accepted in time");
        assertThat(given(other).task()).isEqualTo(task);
        assertThat(hung.think(task, Thought.text("late"))).isEmpty();
        f.ask("poet", "q2");
        assertThat(hung.news()).isNull();
        assertThat(hung.answer(task, Answer.of("of the hung one"))).isFalse();
        // Now it has room again.
        hung.answer(given(hung).task(), Answer.of("x"));
        other.answer(task, Answer.of("of the other"));
        assertThat(client.result().at("/data/answer").asText()).isEqualTo("of the other");
    }

    @Test
    @DisplayName("whatever a worker says of a task accepts it")
    void acceptsByAnything() {
        Worker worker = f.worker("poet", 1);
        Client client = f.ask("poet", "q1");
        String task = given(worker).task();
        think(worker, task, "a");
        f.timers.advance(Agents.ACCEPT.multipliedBy(2));
        assertThat(worker.news()).isNull();
        worker.answer(task, Answer.of("x"));
        assertThat(client.result().path("status").asText()).isEqualTo("success");
    }

    @Test
    @DisplayName("a drained worker ends what it has and gets nothing more, until it offers again")
    void drains() {
        Worker worker = f.worker("poet", 2);
        Client running = f.ask("poet", "q1");
        String task = given(worker).task();
        worker.accept(task);
        assertThat(worker.drain()).isEqualTo(1);
        Client waiting = f.ask("poet", "q2");
        assertThat(worker.news()).isNull();
        worker.answer(task, Answer.of("x"));
        assertThat(running.result().path("status").asText()).isEqualTo("success");
        assertThat(worker.news()).isNull();
        assertThat(worker.drain()).isZero();
        worker.offer(1);
        worker.answer(given(worker).task(), Answer.of("x"));
        assertThat(waiting.result().path("status").asText()).isEqualTo("success");
    }

    @Test
    @DisplayName("a worker that stops unasked gives the query back, and another has it")
    void givesBack() {
        Worker worker = f.worker("poet", 1);
        Client client = f.ask("poet", "q1");
        String task = given(worker).task();
        Worker other = f.worker("poet", 1);
        assertThat(worker.stopped(task)).isTrue();
        assertThat(worker.stopped(task)).isFalse();
        other.answer(given(other).task(), Answer.of("x"));
        assertThat(client.result().path("status").asText()).isEqualTo("success");
    }

    @Test
    @DisplayName("agents that the configuration does not name are the engine's, unless it lets anybody serve them")
    void servesOnlyWhatItMay() {
        assertThat(f.workers.mayServe("poet")).isTrue();
        assertThat(f.workers.mayServe("team-x")).isTrue();
        assertThat(f.workers.mayServe("guide")).isFalse();
        assertThat(f.ask("guide", "q1").result().at("/data/answer").asText()).isEqualTo("unknown command");

        AgentFixture open = new AgentFixture(true, 64, Runnable::run);
        assertThat(open.workers.mayServe("guide")).isTrue();
        assertThat(open.ask("guide", "q1").result()).isNotNull();
        Worker worker = open.worker("guide", 1);
        Client client = open.ask("guide", "q2");
        worker.answer(given(worker).task(), Answer.of("of the worker"));
        assertThat(client.result().at("/data/answer").asText()).isEqualTo("of the worker");
        worker.end();
        assertThat(open.ask("guide", "q3").result().at("/data/answer").asText()).isEqualTo("unknown command");
    }

    @Test
    @DisplayName("M24: a worker that floods is told so when its clients are ahead again, and passes no bound")
    void isSlowed() {
        Worker worker = f.worker("poet", 1);
        Client client = f.ask("poet", "q1", Behaviour.LATER);
        String task = given(worker).task();
        List<CompletionStage<Long>> answers = new ArrayList<>();
        // The first ones fill what the client's outbox takes beyond its low water.
        String long1k = "x".repeat(1000);
        for (int i = 0; i < 2 * AgentFixture.MAX_LAG; i++) {
            answers.add(worker.think(task, Thought.text(long1k)).orElseThrow());
        }
        assertThat(answers.get(0).toCompletableFuture()).isCompletedWithValue(1L);
        CompletionStage<Long> last = answers.get(answers.size() - 1);
        assertThat(last.toCompletableFuture()).isNotDone();
        while (client.transport.completeNext()) {
            // It reads.
        }
        assertThat(last.toCompletableFuture()).isCompletedWithValue(2L * AgentFixture.MAX_LAG);
        int said = answers.size();
        while (worker.think(task, Thought.text("y")).isPresent()) {
            said++;
        }
        assertThat(said).isEqualTo(AgentFixture.MAX_THOUGHTS);
        client.transport.behave(Behaviour.INLINE);
        while (client.transport.completeNext()) {
            // It reads.
        }
        assertThat(client.reason()).isEqualTo("output_limit");
        worker.stopped(task);
    }
}
