package io.synapse.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.PackageVersion;
import io.synapse.config.Mode;
import io.synapse.config.QueryConfig;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.connection.Heartbeats;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Toolbox;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.protocol.OnDisconnect;
import io.synapse.query.InterruptManager;
import io.synapse.query.Payer;
import io.synapse.query.QueryEnvironment;
import io.synapse.query.QueryId;
import io.synapse.query.QueryRequest;
import io.synapse.query.QueryService;
import io.synapse.testing.Configs;
import io.synapse.testing.Conversations;
import io.synapse.testing.Heartbeat;
import io.synapse.testing.ManualTimers;
import jakarta.enterprise.inject.Instance;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.lucene.util.Version;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthChecksTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final QueryConfig QUERIES =
            new QueryConfig("none", 1, 4, SECOND, SECOND, 10, 1000, 10, SECOND, 10, 1000, SECOND, Configs.UNFAIR);

    private final ManualTimers timers = new ManualTimers();
    private final StartSignal started = new StartSignal();
    private final QueryService queries = queries();
    private final Heartbeats heartbeats =
            new Heartbeats(Heartbeat.CONFIG, timers.ticker(), Runnable::run, new Counters());
    private boolean looked;

    @BeforeAll
    static void responses() {
        HealthCheckResponse.setResponseProvider(new HealthResponses());
    }

    @AfterAll
    static void noResponses() {
        HealthCheckResponse.setResponseProvider(null);
    }

    /** Never answers. */
    private QueryService queries() {
        QueryEngine engine = new QueryEngine() {
            @Override
            public String name() {
                return "none";
            }

            @Override
            public CompletionStage<Answer> answer(Question question, QueryContext context) {
                return new CompletableFuture<>();
            }
        };
        QueryEnvironment environment = new QueryEnvironment(
                QUERIES,
                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                timers.ticker(),
                timers,
                () -> "id",
                new Counters(),
                Runnable::run);
        return new QueryService(
                engine, environment, new InterruptManager(), Runnable::run, Conversations.gate(timers, new Counters()));
    }

    private NodeState state(Mode mode) {
        return new NodeState(Configs.with(Map.of("synapse.mode", mode.name().toLowerCase(Locale.ROOT))), queries);
    }

    /** What CDI would give, and whether anybody asked for it. */
    @SuppressWarnings("unchecked")
    private <T> Instance<T> instance(T value) {
        return (Instance<T>) Proxy.newProxyInstance(
                HealthChecksTest.class.getClassLoader(),
                new Class<?>[] {Instance.class},
                (proxy, method, arguments) -> {
                    if (!method.getName().equals("get")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    looked = true;
                    return value;
                });
    }

    private LiveCheck live() {
        Instance<Timers> someTimers = instance(timers);
        Instance<Ticker> ticker = instance(timers.ticker());
        LiveCheck check = new LiveCheck(started, someTimers, ticker, instance(heartbeats));
        check.begin();
        return check;
    }

    private ReadyCheck ready(Mode mode) {
        return new ReadyCheck(
                started,
                instance(state(mode)),
                instance(new ConnectionRegistry()),
                instance(queries),
                instance(new io.synapse.cluster.Alone("test")));
    }

    private StartedCheck startedCheck() {
        return new StartedCheck(started, instance(new NodeInfo("1.2.3", Mode.DEVELOPMENT, "library", "/health")));
    }

    private static void assertThatIt(HealthCheckResponse response, String name, Status status, Map<String, ?> data) {
        assertThat(response.getName()).isEqualTo(name);
        assertThat(response.getStatus()).isEqualTo(status);
        assertThat(response.getData().orElseThrow()).isEqualTo(data);
    }

    @Test
    @DisplayName("G13: before the start a node is live, neither ready nor started, and nothing is built to find out")
    void beforeTheStart() {
        assertThatIt(live().call(), "synapse-live", Status.UP, Map.of());
        assertThatIt(ready(Mode.DEVELOPMENT).call(), "synapse-ready", Status.DOWN, Map.of("reason", "starting"));
        assertThatIt(startedCheck().call(), "synapse-started", Status.DOWN, Map.of());
        assertThat(looked).isFalse();
        assertThat(timers.pending()).isZero();
    }

    @Test
    @DisplayName("G13: a node is live while its timers run; after 30 s without one it is not, until they run again")
    void liveness() {
        LiveCheck live = live();
        started.give();
        timers.advance(Duration.ofMinutes(10));
        heartbeats.sweep();
        assertThatIt(live.call(), "synapse-live", Status.UP, ago(0, 0));
        timers.ticker().advance(Duration.ofMillis(29_999));
        assertThatIt(live.call(), "synapse-live", Status.UP, ago(29_999, 29_999));
        timers.ticker().advance(Duration.ofMillis(1));
        assertThatIt(live.call(), "synapse-live", Status.DOWN, ago(30_000, 30_000));
        timers.advance(SECOND);
        assertThatIt(live.call(), "synapse-live", Status.UP, ago(0, 31_000));
        assertThat(timers.pending()).isEqualTo(1);
    }

    private static Map<String, Long> ago(long beat, long sweep) {
        return Map.of("timer-beat-ms-ago", beat, "sweep-ms-ago", sweep);
    }

    @Test
    @DisplayName("M13 G13: a node whose connections nobody has looked after for three heartbeats is not live")
    void livenessOfTheSweep() {
        LiveCheck live = live();
        started.give();
        timers.advance(Duration.ofSeconds(90));
        assertThatIt(live.call(), "synapse-live", Status.UP, ago(0, 90_000));
        timers.advance(SECOND);
        assertThatIt(live.call(), "synapse-live", Status.DOWN, ago(0, 91_000));
        heartbeats.sweep();
        assertThatIt(live.call(), "synapse-live", Status.UP, ago(0, 0));
    }

    @Test
    @DisplayName("G13: a node is ready with its figures, and says why it is not")
    void readiness() {
        started.give();
        for (String ref : List.of("runs", "waits", "waits-too")) {
            queries.submit(
                    new QueryRequest(
                            new QueryId("", "a", ref),
                            new Payer("t", "t"),
                            "why?",
                            5,
                            SECOND,
                            OptionalDouble.empty(),
                            OnDisconnect.CONTINUE,
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Toolbox.EMPTY,
                            Optional.empty()),
                    isNew -> {});
        }
        Map<String, ?> figures = Map.of("connections", 0L, "queries-running", 1L, "queries-waiting", 2L);
        assertThatIt(ready(Mode.DEVELOPMENT).call(), "synapse-ready", Status.UP, figures);
        HealthCheckResponse withoutKeys = ready(Mode.PRODUCTION).call();
        assertThat(withoutKeys.getStatus()).isEqualTo(Status.DOWN);
        assertThat(withoutKeys.getData().orElseThrow().get("reason"))
                .isEqualTo(
                        "production mode needs synapse.auth.api-keys, synapse.auth.key-file or synapse.auth.token-secret");
        queries.stop();
        assertThat(ready(Mode.DEVELOPMENT).call().getData().orElseThrow()).containsEntry("reason", "stopping");
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', '', /health",
        "'', 9000, 5, /health",
        "default, '', '', :9990/health",
        "default, '', 100, :10090/health",
        "default, 9000, 5, :9005/health",
        "default, none, -, :9990/health"
    })
    @DisplayName("G13: health is on the application's port, and on WildFly on the management port")
    void place(String server, String port, String offset, String expected) {
        Map<String, String> properties = Map.of(
                "jboss.server.name", server,
                "jboss.management.http.port", port,
                "jboss.socket.binding.port-offset", offset);
        assertThat(HealthPlace.of(name -> properties.get(name).isEmpty() ? null : properties.get(name)))
                .isEqualTo(expected);
    }

    @Test
    @DisplayName("G13: a node that has started says what it is and which libraries it uses")
    void start() {
        StartedCheck check = startedCheck();
        started.give();
        assertThatIt(
                check.call(),
                "synapse-started",
                Status.UP,
                Map.of(
                        "version",
                        "1.2.3",
                        "engine",
                        "library",
                        "jackson",
                        PackageVersion.VERSION.toString(),
                        "lucene",
                        Version.LATEST.toString()));
    }
}
