package io.synapse.operations;

import io.synapse.config.DrainConfig;
import io.synapse.config.OutboxConfig;
import io.synapse.config.QueryConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.Connection.Source.Tie;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.connection.EventFilter;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Toolbox;
import io.synapse.platform.Counters;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.OnDisconnect;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.protocol.Ref;
import io.synapse.query.InterruptManager;
import io.synapse.query.Payer;
import io.synapse.query.QueryEnvironment;
import io.synapse.query.QueryId;
import io.synapse.query.QueryRequest;
import io.synapse.query.QueryService;
import io.synapse.query.QueryViewer;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A node whose clients, queries and time a test moves. */
final class DrainFixture {

    static final Duration GRACE = Duration.ofSeconds(20);
    private static final Pattern AFTER = Pattern.compile("\"reconnect_after_ms\":(\\d+)");
    private static final QueryConfig QUERIES = new QueryConfig(
            "none",
            100,
            100,
            Duration.ofMinutes(5),
            Duration.ofMinutes(5),
            1000,
            100_000,
            1000,
            Duration.ofSeconds(2),
            1000,
            100_000,
            Duration.ofMinutes(1),
            Configs.UNFAIR);

    /** A client, and what it has seen. */
    static final class Client {
        final FakeTransport transport = new FakeTransport(Behaviour.INLINE);
        Connection connection;
        long closedAt = -1;
        long toldAt = -1;

        List<Long> told() {
            List<Long> all = new ArrayList<>();
            for (String text : transport.texts()) {
                Matcher matcher = AFTER.matcher(text);
                if (matcher.find()) {
                    all.add(Long.valueOf(matcher.group(1)));
                }
            }
            return all;
        }

        boolean hasResult() {
            return transport.texts().stream().anyMatch(text -> text.contains("\"result\""));
        }

        List<CloseReason> closes() {
            return transport.closes();
        }
    }

    final ManualTimers timers = new ManualTimers();
    final Counters counters = new Counters();
    final ConnectionRegistry registry = new ConnectionRegistry();
    final Map<String, Client> clients = new LinkedHashMap<>();
    final Map<String, CompletableFuture<Answer>> answers = new LinkedHashMap<>();
    final QueryService queries;
    final Drain drain;
    boolean movable;
    private final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);
    private final long start = timers.ticker().read();

    DrainFixture(Duration window, int rate, int batch) {
        QueryEngine engine = new QueryEngine() {
            @Override
            public String name() {
                return "none";
            }

            @Override
            public CompletionStage<Answer> answer(Question question, QueryContext context) {
                CompletableFuture<Answer> answer = new CompletableFuture<>();
                answers.put(question.ref(), answer);
                return answer;
            }
        };
        Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
        queries = new QueryService(
                engine,
                new QueryEnvironment(QUERIES, clock, timers.ticker(), timers, () -> "epoch", counters, Runnable::run),
                new InterruptManager(),
                Runnable::run,
                Conversations.gate(timers, counters));
        drain = new Drain(
                new DrainConfig(GRACE, window, rate, batch, true),
                registry,
                queries,
                () -> movable,
                new Drain.Environment(timers.ticker(), timers, new SplittableRandom(7), counters));
    }

    long millis() {
        return Duration.ofNanos(timers.ticker().read() - start).toMillis();
    }

    Client connect(String id) {
        Client client = new Client();
        client.connection = new Connection(
                id,
                "127.0.0.1",
                0,
                client.transport,
                codecs.open(PhoenixCodec.Version.V2),
                new Connection.Environment(
                        new OutboxConfig(1000, 1 << 20, 1 << 16, Duration.ofSeconds(5)),
                        timers.ticker(),
                        timers,
                        counters));
        registry.track(client.connection);
        client.connection.onClose(() -> registry.untrack(client.connection));
        clients.put(id, client);
        return client;
    }

    void connect(int count) {
        for (int i = 0; i < count; i++) {
            connect("c" + clients.size());
        }
    }

    /** Asks, and follows. */
    QueryService.Submission ask(Client client, String ref) {
        QueryRequest request = new QueryRequest(
                new QueryId("", "a", ref),
                new Payer("t", "t"),
                "why?",
                5,
                Duration.ofMinutes(5),
                OptionalDouble.empty(),
                OnDisconnect.CONTINUE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Toolbox.EMPTY,
                Optional.empty());
        return queries.submit(
                request,
                isNew -> queries.follow(
                        request.id(),
                        client.connection,
                        new QueryViewer.Format("cortex:a", Ref.of("1"), false, new EventFilter()),
                        0));
    }

    void answer(String ref) {
        answers.get(ref).complete(Answer.of("because"));
    }

    /** Something of a client that is broken off if its connection ends. */
    void tie(Client client, Tie tie, BooleanSupplier while_) {
        client.connection.addSource(new Connection.Source() {
            @Override
            public void pump() {
                // It has nothing to say.
            }

            @Override
            public Tie tie() {
                return while_.getAsBoolean() ? tie : Tie.NONE;
            }
        });
    }

    /** Lets time pass in small steps, and ends the connections that the server closes, as a container does. */
    void pass(Duration time) {
        long steps = time.toMillis() / 10;
        for (long i = 0; i < steps; i++) {
            timers.advance(Duration.ofMillis(10));
            look();
        }
    }

    void look() {
        for (Client client : clients.values()) {
            if (client.toldAt < 0 && !client.told().isEmpty()) {
                client.toldAt = millis();
            }
            boolean over = !client.transport.closes().isEmpty()
                    || !client.transport.aborts().isEmpty();
            if (client.closedAt < 0 && over) {
                client.closedAt = millis();
                client.connection.closed();
            }
        }
    }

    /** The most clients whose connections were closed within any second. */
    long mostClosesInASecond() {
        long most = 0;
        for (Client from : clients.values()) {
            long count = clients.values().stream()
                    .filter(client -> client.closedAt >= from.closedAt && client.closedAt < from.closedAt + 1000)
                    .count();
            most = Math.max(most, from.closedAt < 0 ? 0 : count);
        }
        return most;
    }
}
