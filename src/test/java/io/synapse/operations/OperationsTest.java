package io.synapse.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.Mode;
import io.synapse.config.PresenceConfig;
import io.synapse.config.QueryConfig;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timing;
import io.synapse.presence.MemoryPresence;
import io.synapse.presence.PresenceTracker;
import io.synapse.query.InterruptManager;
import io.synapse.query.QueryEnvironment;
import io.synapse.query.QueryService;
import io.synapse.testing.Agents;
import io.synapse.testing.Configs;
import io.synapse.testing.Conversations;
import io.synapse.testing.ManualTimers;
import io.synapse.testing.Sessions;
import io.synapse.testing.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OperationsTest {

    private static final QueryConfig QUERIES = new QueryConfig(
            "none",
            1,
            1,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            10,
            1000,
            10,
            Duration.ofSeconds(1),
            10,
            1000,
            Duration.ofSeconds(1),
            Configs.UNFAIR);

    private static final PresenceConfig PRESENCE = new PresenceConfig(Duration.ZERO, Duration.ZERO, 1, 1);

    private final ManualTimers timers = new ManualTimers();
    private final Counters counters = new Counters();
    private final QueryService service = service();

    private QueryService service() {
        QueryEngine engine = new QueryEngine() {
            @Override
            public String name() {
                return "none";
            }

            @Override
            public CompletionStage<Answer> answer(Question question, QueryContext context) {
                return Answer.of("x").done();
            }
        };
        QueryEnvironment environment = new QueryEnvironment(
                QUERIES,
                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                timers.ticker(),
                timers,
                () -> "id",
                counters,
                Runnable::run);
        return new QueryService(
                engine, environment, new InterruptManager(), Runnable::run, Conversations.gate(timers, counters));
    }

    private PresenceTracker presence() {
        return new MemoryPresence(new MemoryPresence.Environment(
                PRESENCE, Clock.systemUTC(), timers.ticker(), timers, () -> "id", counters, Runnable::run));
    }

    private NodeState state(Mode mode, String keys, String secret) {
        return new NodeState(
                Configs.with(Map.of(
                        "synapse.mode",
                        mode.name().toLowerCase(Locale.ROOT),
                        "synapse.auth.api-keys",
                        keys,
                        "synapse.auth.token-secret",
                        secret)),
                service);
    }

    @Test
    @DisplayName("Production without credentials is not ready, and nothing is once it stops")
    void readiness() {
        assertThat(state(Mode.PRODUCTION, "", "").notReady())
                .hasValueSatisfying(reason -> assertThat(reason).contains("synapse.auth.api-keys"));
        assertThat(state(Mode.PRODUCTION, "", "s".repeat(32)).notReady()).isEmpty();
        assertThat(state(Mode.PRODUCTION, "bob:" + "0".repeat(64), "").notReady())
                .isEmpty();
        NodeState development = state(Mode.DEVELOPMENT, "", "");
        NodeState other = state(Mode.DEVELOPMENT, "", "");
        assertThat(development.notReady()).isEmpty();
        development.stop();
        assertThat(development.notReady()).contains("stopping");
        assertThat(other.notReady()).isEmpty();
        service.stop();
        assertThat(other.notReady()).contains("stopping");
    }

    private String text() {
        return new PrometheusText(
                        counters,
                        new ConnectionRegistry(),
                        service,
                        Agents.none(),
                        presence(),
                        Topics.hub(Ticker.system(), counters),
                        Sessions.store(timers, counters),
                        Conversations.store(timers, counters))
                .write();
    }

    @Test
    @DisplayName("The figures are in the Prometheus text format, each once with its help and type")
    void figures() {
        counters.add(Counter.THOUGHTS, 7);
        String text = text();
        assertThat(text)
                .contains("# TYPE synapse_thoughts_total counter\nsynapse_thoughts_total 7\n")
                .contains("# TYPE synapse_queries_running gauge\nsynapse_queries_running 0\n")
                .endsWith("\n");
        List<String> names = text.lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.split(" ")[0])
                .toList();
        assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z][a-z0-9_]*(\\{[^{}]+})?"));
        assertThat(text.lines())
                .allMatch(line -> line.matches("# HELP [a-z0-9_]+ .+"
                        + "|# TYPE [a-z0-9_]+ (counter|gauge|histogram)"
                        + "|[a-z0-9_]+(\\{priority=\"\\d\"})? \\d+"
                        + "|[a-z_]+_bucket\\{([a-z]+=\"[a-z]+\",)?le=\"(\\d+\\.\\d+|\\+Inf)\"} \\d+"
                        + "|[a-z_]+_count(\\{[a-z]+=\"[a-z]+\"})? \\d+"
                        + "|[a-z_]+_sum(\\{[a-z]+=\"[a-z]+\"})? \\d+\\.\\d+(E-?\\d+)?"));
        assertThat(names.stream().filter(name -> !name.contains("_seconds"))).hasSize(Counter.values().length + 38);
    }

    @Test
    @DisplayName("B3: times are histograms in seconds, with the outcome as a label, and one head for each metric")
    void times() {
        counters.record(Timing.STOPPED, Duration.ofMillis(3).toNanos());
        counters.record(Timing.STOPPED_LATE, Duration.ofSeconds(7).toNanos());
        counters.record(Timing.FIRST_TOKEN, Duration.ofMillis(7).toNanos());
        String text = text();
        assertThat(text)
                .contains("# TYPE synapse_query_stop_seconds histogram\n"
                        + "synapse_query_stop_seconds_bucket{outcome=\"stopped\",le=\"0.001\"} 0\n")
                .contains("synapse_query_stop_seconds_bucket{outcome=\"stopped\",le=\"0.005\"} 1\n")
                .contains("synapse_query_stop_seconds_bucket{outcome=\"stopped\",le=\"+Inf\"} 1\n"
                        + "synapse_query_stop_seconds_sum{outcome=\"stopped\"} 0.003\n"
                        + "synapse_query_stop_seconds_count{outcome=\"stopped\"} 1\n")
                .contains("synapse_query_stop_seconds_count{outcome=\"late\"} 1\n")
                .contains("synapse_query_first_token_seconds_bucket{le=\"0.01\"} 1\n")
                .contains("synapse_query_first_token_seconds_sum 0.007\n")
                .contains("synapse_query_duration_seconds_count{status=\"error\"} 0\n");
        assertThat(text.lines().filter(line -> line.startsWith("# TYPE"))).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("What waits for the start runs once, at the start or at once after it")
    void startSignal() {
        StartSignal signal = new StartSignal();
        AtomicInteger runs = new AtomicInteger();
        signal.whenGiven(runs::incrementAndGet);
        assertThat(signal.isGiven()).isFalse();
        assertThat(runs).hasValue(0);
        signal.give();
        assertThat(signal.isGiven()).isTrue();
        assertThat(runs).hasValue(1);
        signal.whenGiven(runs::incrementAndGet);
        signal.give();
        assertThat(runs).hasValue(2);
    }
}
