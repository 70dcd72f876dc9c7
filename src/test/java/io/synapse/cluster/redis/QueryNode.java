package io.synapse.cluster.redis;

import io.synapse.config.OutboxConfig;
import io.synapse.config.QueryConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.EventFilter;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Toolbox;
import io.synapse.platform.RandomIds;
import io.synapse.platform.Ticker;
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
import io.synapse.query.QueryService.Submission;
import io.synapse.query.QueryViewer;
import io.synapse.query.Reached;
import io.synapse.query.Sharing;
import io.synapse.testing.Configs;
import io.synapse.testing.Conversations;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The queries of one of several nodes, with a real Redis, real threads and real time, and an engine that the test moves. */
final class QueryNode implements AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(1);
    static final Duration PATIENCE = Duration.ofSeconds(2);

    final TestNode node;
    final RedisNodes nodes;
    final RedisPost post;
    final RedisQueries directory;
    final QueryService service;
    final Map<String, QueryContext> contexts = new ConcurrentHashMap<>();
    final Map<String, CompletableFuture<Answer>> answers = new ConcurrentHashMap<>();
    final AtomicInteger runs = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);
    private final AtomicInteger connections = new AtomicInteger();

    QueryNode(String name, String uri, String prefix) {
        node = TestNode.at(name, uri, prefix);
        nodes = new RedisNodes(node.link, name, LEASE, Ticker.system(), node.timers);
        post = new RedisPost(node.link, name, new RandomIds(), node.timers, node.counters);
        QueryConfig config = new QueryConfig(
                "asked",
                100,
                1000,
                Duration.ofSeconds(30),
                Duration.ofMinutes(10),
                10_000,
                1 << 24,
                1 << 20,
                Duration.ofSeconds(2),
                1000,
                1L << 30,
                Duration.ofMinutes(5),
                Configs.UNFAIR);
        directory = new RedisQueries(node.link, name, config.maxTimeout(), config.keptAge(), node.counters);
        QueryEngine engine = new QueryEngine() {
            @Override
            public String name() {
                return "asked";
            }

            @Override
            public CompletionStage<Answer> answer(Question question, QueryContext context) {
                runs.incrementAndGet();
                CompletableFuture<Answer> answer = new CompletableFuture<>();
                answers.put(question.ref(), answer);
                context.cancellation().onCancel(() -> answer.complete(Answer.of("stopped")));
                contexts.put(question.ref(), context);
                return answer;
            }
        };
        service = new QueryService(
                engine,
                new QueryEnvironment(
                        config,
                        Clock.systemUTC(),
                        Ticker.system(),
                        node.timers,
                        new RandomIds(),
                        node.counters,
                        threads),
                new InterruptManager(),
                threads,
                Conversations.gate(new ManualTimers(), node.counters),
                Optional.of(new Sharing(directory, nodes, post, LEASE, PATIENCE)));
        post.start();
        nodes.start();
        TestNode.until(node.link::isUp);
        TestNode.until(nodes::holdsLease);
    }

    static QueryId id(String ref) {
        return new QueryId("", "a", ref);
    }

    static QueryRequest request(String ref, String question, OnDisconnect rule) {
        return new QueryRequest(
                id(ref),
                new Payer("t", "t"),
                question,
                5,
                Duration.ofSeconds(30),
                OptionalDouble.empty(),
                rule,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Toolbox.EMPTY,
                Optional.empty());
    }

    void think(String ref, String thought) throws Exception {
        TestNode.until(() -> contexts.containsKey(ref));
        contexts.get(ref).emit("text", thought);
    }

    void end(String ref) {
        TestNode.until(() -> answers.containsKey(ref));
        answers.get(ref).complete(Answer.of("done"));
    }

    Submission join(Consumer<Consumer<Submission>> asking) {
        CompletableFuture<Submission> told = new CompletableFuture<>();
        asking.accept(told::complete);
        return TestNode.join(told);
    }

    Reached reach(String ref) {
        CompletableFuture<Reached> told = new CompletableFuture<>();
        service.reach(id(ref), told::complete);
        return TestNode.join(told);
    }

    Client client() {
        return new Client();
    }

    /** A client that reads everything. */
    final class Client {
        final FakeTransport transport = new FakeTransport(Behaviour.INLINE);
        private final Queue<QueryViewer> viewers = new ConcurrentLinkedQueue<>();
        final Connection connection = new Connection(
                node.name + connections.incrementAndGet(),
                "127.0.0.1",
                0,
                transport,
                codecs.open(PhoenixCodec.Version.V2),
                new Connection.Environment(
                        new OutboxConfig(1_000_000, 1 << 30, 1 << 20, Duration.ofDays(1)),
                        Ticker.system(),
                        node.timers,
                        node.counters));

        Submission ask(String ref) {
            return ask(request(ref, "why?", OnDisconnect.CONTINUE), 0);
        }

        Submission ask(QueryRequest request, long after) {
            return join(
                    told -> service.ask(request, isNew -> follow(request.id().ref(), after), told));
        }

        Optional<QueryViewer> follow(String ref, long after) {
            QueryViewer.Format format = new QueryViewer.Format("cortex:a", Ref.of("1"), false, new EventFilter());
            Optional<QueryViewer> viewer = service.follow(id(ref), connection, format, after);
            viewer.ifPresent(viewers::add);
            return viewer;
        }

        /** Comes from elsewhere with what it has. */
        QueryViewer resume(String ref, long after) {
            Reached reached = reach(ref);
            if (reached != Reached.HERE) {
                throw new AssertionError(ref + " is " + reached);
            }
            return follow(ref, after).orElseThrow();
        }

        List<String> texts(String event) {
            return transport.texts().stream()
                    .filter(text -> text.split(",", 5)[3].equals('"' + event + '"'))
                    .toList();
        }

        List<String> events() {
            return transport.texts().stream()
                    .map(text -> text.split(",", 5)[3].replace("\"", ""))
                    .toList();
        }

        String result() {
            TestNode.until(() -> !texts("result").isEmpty());
            return texts("result").get(0);
        }

        void gone() {
            connection.closed();
            viewers.forEach(QueryViewer::detach);
        }
    }

    /** As {@code kill -9} does: says nothing to anybody. */
    void kill() {
        nodes.close();
        node.link.close();
    }

    @Override
    public void close() {
        nodes.close();
        node.close();
        threads.shutdownNow();
    }
}
