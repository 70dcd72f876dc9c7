package io.synapse.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.agent.TaskNews.Cancelled;
import io.synapse.agent.TaskNews.Given;
import io.synapse.config.AgentsConfig;
import io.synapse.config.OutboxConfig;
import io.synapse.config.QueryConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.EventFilter;
import io.synapse.engine.Toolbox;
import io.synapse.it.ProbeEngine;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.protocol.ObjectCodecs.Format;
import io.synapse.protocol.OnDisconnect;
import io.synapse.query.InterruptManager;
import io.synapse.query.Payer;
import io.synapse.query.QueryEnvironment;
import io.synapse.query.QueryId;
import io.synapse.query.QueryRequest;
import io.synapse.query.QueryService;
import io.synapse.query.QueryViewer;
import io.synapse.query.StopOutcome;
import io.synapse.testing.Agents;
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
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Queries of agents that workers serve, without a server; everything happens on the stack of the test. */
final class AgentFixture {

    static final Duration TIMEOUT = Duration.ofMinutes(2);
    static final Duration STOP = Duration.ofSeconds(2);
    static final int MAX_THOUGHTS = 50;
    static final int MAX_LAG = 5;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochMilli(1_700_000_000_000L), ZoneOffset.UTC);

    final ManualTimers timers = new ManualTimers();
    final Counters counters = new Counters();
    final Workers workers;
    final QueryService service;
    private final AtomicInteger ids = new AtomicInteger();

    AgentFixture() {
        this(false, 64, Runnable::run);
    }

    AgentFixture(boolean open, int places, Executor executor) {
        AgentsConfig config = new AgentsConfig(
                List.of("poet", "team-*"), open, Agents.PATIENCE, Agents.ACCEPT, Agents.CANCEL, 2, 100);
        workers = new Workers(
                new Workers.Environment(config, CLOCK, timers, () -> "i" + ids.incrementAndGet(), counters));
        QueryConfig queries = new QueryConfig(
                "probe",
                places,
                10_000,
                TIMEOUT,
                TIMEOUT,
                MAX_THOUGHTS,
                1 << 20,
                MAX_LAG,
                STOP,
                10_000,
                1 << 30,
                Duration.ofMinutes(5),
                Configs.UNFAIR);
        service = new QueryService(
                new RemoteEngine(new ProbeEngine(), workers),
                new QueryEnvironment(queries, CLOCK, timers.ticker(), timers, () -> "e", counters, executor),
                new InterruptManager(),
                executor,
                Conversations.gate(timers, counters));
    }

    /** One who asks, and follows. */
    final class Client {
        final FakeTransport transport;
        private final Connection connection;

        Client(Behaviour behaviour) {
            transport = new FakeTransport(behaviour);
            connection = new Connection(
                    "c" + ids.incrementAndGet(),
                    "127.0.0.1",
                    0,
                    transport,
                    new ObjectCodecs(64, 1 << 20).open(Format.JSON),
                    new Connection.Environment(
                            new OutboxConfig(1000, 1 << 20, 1024, Duration.ofDays(1)),
                            timers.ticker(),
                            timers,
                            counters));
        }

        /** All that came, of one type. */
        List<JsonNode> all(String type) {
            List<JsonNode> all = new ArrayList<>();
            for (String text : transport.texts()) {
                JsonNode message = parsed(text);
                if (message.path("type").asText().equals(type)) {
                    all.add(message);
                }
            }
            return all;
        }

        /** The only result; null if there is none yet. */
        JsonNode result() {
            List<JsonNode> all = all("result");
            if (all.size() > 1) {
                throw new AssertionError("several results: " + all);
            }
            return all.isEmpty() ? null : all.get(0);
        }

        String reason() {
            return result().at("/data/reason").asText();
        }
    }

    private static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    Client ask(String agent, String ref) {
        return ask(agent, ref, Behaviour.INLINE);
    }

    Client ask(String agent, String ref, Behaviour behaviour) {
        Client client = new Client(behaviour);
        QueryRequest request = new QueryRequest(
                new QueryId("", agent, ref),
                new Payer("t", "t"),
                "unknown",
                5,
                TIMEOUT,
                OptionalDouble.empty(),
                OnDisconnect.CONTINUE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Toolbox.EMPTY,
                Optional.empty());
        QueryViewer.Format format = new QueryViewer.Format("cortex:" + agent, null, true, new EventFilter());
        service.submit(request, isNew -> service.follow(request.id(), client.connection, format, 0));
        return client;
    }

    /** Stops a query; what came of it is added to the list. */
    List<StopOutcome> interrupt(String agent, String ref) {
        List<StopOutcome> outcomes = new ArrayList<>();
        service.interrupt(new QueryId("", agent, ref), "enough", outcomes::add);
        return outcomes;
    }

    Worker worker(String agent, int capacity) {
        Worker worker = workers.join("", agent);
        worker.offer(capacity);
        return worker;
    }

    /** The task that a worker was given, which is all the news that there is. */
    static Given given(Worker worker) {
        Given given = (Given) worker.news();
        worker.told();
        return given;
    }

    static Cancelled cancelled(Worker worker) {
        Cancelled cancelled = (Cancelled) worker.news();
        worker.told();
        return cancelled;
    }

    long count(Counter counter) {
        return counters.get(counter);
    }
}
