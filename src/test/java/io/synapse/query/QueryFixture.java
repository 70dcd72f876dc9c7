package io.synapse.query;

import io.synapse.budget.MemoryBudgets;
import io.synapse.config.BudgetConfig;
import io.synapse.config.OutboxConfig;
import io.synapse.config.QueryConfig;
import io.synapse.config.ReplayConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.EventFilter;
import io.synapse.conversation.MemoryConversations;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Toolbox;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.OnDisconnect;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.protocol.Ref;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.query.QueryService.Submission;
import io.synapse.testing.Configs;
import io.synapse.testing.Conversations;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** A service with an engine that the test writes, real threads, and time that stands still. */
final class QueryFixture implements AutoCloseable {

    static final Duration STOP = Duration.ofSeconds(2);
    static final Duration TIMEOUT = Duration.ofSeconds(30);
    static final Duration KEPT = Duration.ofMinutes(5);

    /** What an engine does. */
    @FunctionalInterface
    interface Script {
        CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception;
    }

    private final AtomicInteger ids = new AtomicInteger();
    final ManualTimers timers = new ManualTimers();
    final Counters counters = new Counters();
    final InterruptManager interrupts = new InterruptManager();
    final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "query-test");
        thread.setDaemon(true);
        return thread;
    });
    final MemoryConversations conversations = Conversations.store(timers, counters);
    final ConversationGate gate = Conversations.gate(conversations, counters);
    final QueryService service;
    private final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);

    QueryFixture(Script script) {
        this(script, config(4, 16));
    }

    QueryFixture(Script script, QueryConfig config) {
        this(script, config, (Executor) null);
    }

    /** With another executor than real threads, for engines and their callbacks; null: real threads. */
    QueryFixture(Script script, QueryConfig config, Executor executor) {
        this(script, config, executor, new BudgetConfig.Limits(0, 0));
    }

    QueryFixture(Script script, QueryConfig config, BudgetConfig.Limits limits) {
        this(script, config, null, limits);
    }

    private QueryFixture(Script script, QueryConfig config, Executor executor, BudgetConfig.Limits limits) {
        Executor chosen = executor == null ? threads : executor;
        QueryEngine engine = new QueryEngine() {
            @Override
            public String name() {
                return "scripted";
            }

            @Override
            public CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception {
                return script.answer(question, context);
            }
        };
        Clock clock = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_000L), ZoneOffset.UTC);
        QueryEnvironment environment = new QueryEnvironment(
                config,
                clock,
                timers.ticker(),
                timers,
                () -> "id" + ids.incrementAndGet(),
                counters,
                chosen,
                new MemoryBudgets(new BudgetConfig(limits, Map.of(), Duration.ofDays(1), 10), clock, timers),
                ReplayConfig.DEFAULT,
                new Runaways());
        service = new QueryService(engine, environment, interrupts, chosen, gate);
    }

    static QueryConfig config(int maxConcurrent, int maxQueued) {
        return config(maxConcurrent, maxQueued, 1000, 1 << 20, 1 << 20, 100, 1L << 30);
    }

    static QueryConfig config(
            int maxConcurrent,
            int maxQueued,
            int maxThoughts,
            int maxOutputBytes,
            int maxLag,
            int keptCount,
            long keptBytes) {
        return new QueryConfig(
                "scripted",
                maxConcurrent,
                maxQueued,
                TIMEOUT,
                Duration.ofMinutes(10),
                maxThoughts,
                maxOutputBytes,
                maxLag,
                STOP,
                keptCount,
                keptBytes,
                KEPT,
                Configs.UNFAIR);
    }

    static QueryId id(String ref) {
        return new QueryId("", "a", ref);
    }

    static QueryRequest request(String ref) {
        return request(ref, 5, OnDisconnect.CONTINUE);
    }

    static QueryRequest request(String ref, int priority, OnDisconnect rule) {
        return new QueryRequest(
                id(ref),
                new Payer("t", "t"),
                "why?",
                priority,
                TIMEOUT,
                OptionalDouble.empty(),
                rule,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Toolbox.EMPTY,
                Optional.empty());
    }

    static QueryViewer.Format format() {
        return new QueryViewer.Format("cortex:a", Ref.of("1"), false, new EventFilter());
    }

    /** A client that reads everything, or not. */
    final class Client {
        final FakeTransport transport;
        final Connection connection;

        Client(Behaviour behaviour, OutboxConfig outbox) {
            transport = new FakeTransport(behaviour);
            connection = new Connection(
                    "c" + ids.incrementAndGet(),
                    "127.0.0.1",
                    0,
                    transport,
                    codecs.open(PhoenixCodec.Version.V2),
                    new Connection.Environment(outbox, timers.ticker(), timers, counters));
        }

        /** Asks, and follows from the start. */
        Submission ask(QueryRequest request) {
            return service.submit(request, isNew -> service.follow(request.id(), connection, format(), 0));
        }

        QueryViewer follow(String ref, long after) {
            return service.follow(id(ref), connection, format(), after).orElseThrow();
        }

        /** Asks, and follows in the name of the subject that asks. */
        Submission askAs(QueryRequest request) {
            QueryViewer.Start start =
                    new QueryViewer.Start(0, false).of(request.payer().subject());
            return service.submit(request, isNew -> service.follow(request.id(), connection, format(), start));
        }

        /** Follows with a snapshot of what there is by now. */
        QueryViewer late(String ref, long after) {
            return service.follow(id(ref), connection, format(), new QueryViewer.Start(after, true))
                    .orElseThrow();
        }

        /** The events sent, in short: {@code thought}, {@code phx_reply}, {@code interrupted}, {@code result}. */
        List<String> events() {
            return transport.texts().stream()
                    .map(text -> text.split(",", 5)[3].replace("\"", ""))
                    .toList();
        }

        /** The frames of one event. */
        List<String> texts(String event) {
            return transport.texts().stream()
                    .filter(text -> text.split(",", 5)[3].equals('"' + event + '"'))
                    .toList();
        }

        String result() {
            until(() -> !texts("result").isEmpty());
            return texts("result").get(0);
        }
    }

    Client client() {
        return client(Behaviour.INLINE);
    }

    Client client(Behaviour behaviour) {
        return new Client(behaviour, new OutboxConfig(1_000_000, 1 << 30, 1 << 20, Duration.ofDays(1)));
    }

    Client client(Behaviour behaviour, OutboxConfig outbox) {
        return new Client(behaviour, outbox);
    }

    /** Reads the results in the stream of a query that is known. */
    List<ResultEvent> results(RunningQuery query) {
        return query.stream().read(0, Integer.MAX_VALUE).entries().stream()
                .filter(ResultEvent.class::isInstance)
                .map(ResultEvent.class::cast)
                .toList();
    }

    long count(Counter counter) {
        return counters.get(counter);
    }

    long ended() {
        return count(Counter.QUERIES_SUCCEEDED)
                + count(Counter.QUERIES_INTERRUPTED)
                + count(Counter.QUERIES_TIMED_OUT)
                + count(Counter.QUERIES_FAILED);
    }

    static void until(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(Integer.getInteger("until", 15)))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(condition);
    }

    static final Consumer<Boolean> NOTHING = isNew -> {};

    @Override
    public void close() {
        threads.shutdownNow();
    }

    /** What one of many threads does, with its number and random numbers of its own. */
    @FunctionalInterface
    interface Racer {
        void race(int number, Random random);
    }

    /** Lets threads loose at once, and time pass meanwhile; returns when all have done what they do. */
    void race(int count, Duration step, Racer racer) throws Exception {
        CyclicBarrier start = new CyclicBarrier(count + 1);
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < count; thread++) {
            int number = thread;
            running.add(threads.submit(() -> {
                start.await(10, TimeUnit.SECONDS);
                racer.race(number, new Random(number));
                return null;
            }));
        }
        start.await(10, TimeUnit.SECONDS);
        while (running.stream().anyMatch(thread -> !thread.isDone())) {
            timers.advance(step);
        }
        for (Future<?> thread : running) {
            thread.get();
        }
    }
}
