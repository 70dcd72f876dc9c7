package io.synapse.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.agent.AgentFixture.Client;
import io.synapse.agent.TaskNews.Cancelled;
import io.synapse.agent.TaskNews.Given;
import io.synapse.engine.Answer;
import io.synapse.engine.Thought;
import io.synapse.platform.Counter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class WorkersStressTest {

    private static final int QUERIES = 1000;
    private static final int CREWS = 4;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AgentFixture f = new AgentFixture(false, 16, threads);
    private final AtomicBoolean over = new AtomicBoolean();

    /** Workers that come, work, err, hang and die, one after the other; some are ended by another thread amid their work. */
    private void crew(Random random) throws Exception {
        while (!over.get()) {
            Worker worker = f.worker("poet", 1 + random.nextInt(3));
            List<String> held = new ArrayList<>();
            int steps = 1 + random.nextInt(40);
            Future<?> killer = null;
            for (int i = 0; i < steps && !over.get(); i++) {
                if (i == steps - 1 && random.nextBoolean()) {
                    killer = threads.submit(worker::end);
                }
                TaskNews news = worker.news();
                if (news == null) {
                    release(worker, held, random);
                    Thread.onSpinWait();
                    continue;
                }
                worker.told();
                if (news instanceof Cancelled cancelled) {
                    held.remove(cancelled.task());
                    worker.stopped(cancelled.task());
                } else {
                    work(worker, ((Given) news).task(), held, random);
                }
            }
            if (random.nextInt(4) == 0) {
                worker.drain();
            }
            worker.end();
            if (killer != null) {
                killer.get();
            }
        }
    }

    private static void release(Worker worker, List<String> held, Random random) {
        if (!held.isEmpty()) {
            String task = held.remove(random.nextInt(held.size()));
            worker.answer(task, Answer.of(worker.id()));
        }
    }

    private static void work(Worker worker, String task, List<String> held, Random random) {
        switch (random.nextInt(8)) {
            case 0 -> held.add(task);
            case 1 -> worker.stopped(task);
            case 2 -> worker.fail(task, "as_asked", "");
            case 3 -> worker.answer(task, Answer.of(worker.id()));
            default -> {
                worker.accept(task);
                for (int i = random.nextInt(4); i > 0; i--) {
                    worker.think(task, Thought.text(worker.id()));
                }
                if (random.nextBoolean()) {
                    worker.answer(task, Answer.of(worker.id()));
                } else {
                    held.add(task);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @DisplayName(
            "among workers that come and die at random every query has one result, of one worker, and nothing is left")
    void endsEverythingOnce(long seed) throws Exception {
        List<Future<?>> crews = new ArrayList<>();
        for (int i = 0; i < CREWS; i++) {
            Random random = new Random(seed * 100 + i);
            crews.add(threads.submit(() -> {
                crew(random);
                return null;
            }));
        }
        Random random = new Random(seed);
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < QUERIES; i++) {
            clients.add(f.ask("poet", "q" + i));
            if (random.nextInt(5) == 0) {
                f.interrupt("poet", "q" + Math.max(0, i - random.nextInt(10)));
            }
            f.timers.advance(Duration.ofMillis(random.nextInt(20)));
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        List<Client> waiting = new ArrayList<>(clients);
        while (!waiting.isEmpty() && System.nanoTime() < deadline) {
            f.timers.advance(Duration.ofMillis(100));
            waiting.removeIf(client -> client.result() != null);
        }
        over.set(true);
        for (Future<?> crew : crews) {
            crew.get();
        }
        for (Client client : clients) {
            check(client);
        }
        assertThat(f.workers.status()).isEqualTo(new Workers.Status(0, 0, 0, 0));
        assertThat(f.workers.isEmpty()).isTrue();
        assertThat(f.service.status().running()).isZero();
        assertThat(f.count(Counter.TASKS_HANDED_OVER)).isPositive();
        assertThat(f.count(Counter.TASKS_LOST)).isPositive();
        // Longer than the deadline of the outboxes.
        f.timers.advance(Duration.ofDays(2));
        assertThat(f.timers.pending()).isZero();
        threads.shutdownNow();
    }

    private static void check(Client client) {
        JsonNode result = client.result();
        assertThat(result).isNotNull();
        List<String> said = client.all("thought").stream()
                .map(thought -> thought.at("/thought/content").asText())
                .distinct()
                .toList();
        assertThat(said).as("workers that were heard").hasSizeLessThan(2);
        if (result.path("status").asText().equals("success") && !said.isEmpty()) {
            assertThat(result.at("/data/answer").asText()).isEqualTo(said.get(0));
        }
        List<String> texts = client.transport.texts();
        assertThat(texts.get(texts.size() - 1)).contains("\"result\"");
    }
}
