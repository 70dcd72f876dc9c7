package io.synapse.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigReaderTest {

    private static final String HASH = "0123456789abcdef".repeat(4);
    private static final String OTHER_HASH = "fedcba9876543210".repeat(4);
    private static final String SECRET = "a-secret-that-nobody-may-ever-see-in-a-log";
    private static final Set<String> NAMES = Set.of(
            "synapse.consul.service",
            "synapse.engine",
            "synapse.gateway.default-channel",
            "synapse.jwt.roles-claim",
            "synapse.jwt.subject-claim",
            "synapse.openai.parameters",
            "synapse.redis.prefix");
    private static final Set<String> MAY_BE_EMPTY = Set.of(
            "synapse.agents.remote",
            "synapse.budget.subjects",
            "synapse.limits.roles",
            "synapse.proxies.trusted",
            "synapse.auth.api-keys",
            "synapse.auth.key-file",
            "synapse.auth.token-secret",
            "synapse.auth.allowed-origins",
            "synapse.jwt.tenant-claim",
            "synapse.jwt.agents-claim",
            "synapse.jwt.topics-claim",
            "synapse.jwt.default-roles",
            "synapse.oidc.issuer",
            "synapse.oidc.client-id",
            "synapse.oidc.client-secret",
            "synapse.oidc.redirect-uri",
            "synapse.topics.subscribe",
            "synapse.topics.publish",
            "synapse.node.name",
            "synapse.redis.username",
            "synapse.redis.password",
            "synapse.redis.ca-file",
            "synapse.gateway.channels",
            "synapse.gateway.engine-channels",
            "synapse.library.folder",
            "synapse.openai.model",
            "synapse.openai.api-key",
            "synapse.openai.organization",
            "synapse.openai.headers",
            "synapse.openai.system-prompt",
            "synapse.openai.tools",
            "synapse.tools.roles",
            "synapse.control.websocket-url",
            "synapse.consul.url",
            "synapse.consul.token",
            "synapse.consul.address",
            "synapse.consul.tags",
            "synapse.consul.check-url");

    private final Map<String, String> values = shipped();

    private static Map<String, String> shipped() {
        Properties properties = new Properties();
        try (InputStream in = ConfigReader.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Map<String, String> all = new TreeMap<>();
        properties.stringPropertyNames().stream()
                .filter(name -> name.startsWith("synapse."))
                .forEach(name -> all.put(name, properties.getProperty(name)));
        return all;
    }

    /** Like MicroProfile Config, for which an empty value is none. */
    private Optional<String> source(String name) {
        return Optional.ofNullable(values.get(name)).filter(text -> !text.isEmpty());
    }

    private SynapseConfig read() {
        return new ConfigReader(this::source).read();
    }

    private void assertRefused(String property) {
        assertThatThrownBy(this::read).isInstanceOf(ConfigException.class).hasMessageStartingWith(property + ": ");
    }

    @Test
    void theShippedDefaultsAreValid() {
        SynapseConfig config = read();
        assertThat(config.mode()).isEqualTo(Mode.DEVELOPMENT);
        assertThat(config.limits().messageBytes()).isEqualTo(1024 * 1024);
        assertThat(config.limits().closeDelay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.outbox().sendTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.auth().apiKeys()).isEmpty();
        assertThat(config.auth().tokenSecret()).isEmpty();
        assertThat(config.library().folder()).isEmpty();
        assertThat(config.library().pace()).isEqualTo(40);
        assertThat(config.query().engine()).isEqualTo("library");
    }

    @Test
    void everyShippedPropertyIsReadAndEveryPropertyReadIsShipped() {
        Set<String> asked = new TreeSet<>();
        new ConfigReader(name -> {
                    asked.add(name);
                    return source(name);
                })
                .read();
        // those of MicroProfile JWT have their defaults by its specification
        asked.removeIf(name -> name.startsWith("mp.jwt."));
        assertThat(asked).isEqualTo(new TreeSet<>(values.keySet()));
    }

    static Stream<String> required() {
        return shipped().keySet().stream().filter(name -> !MAY_BE_EMPTY.contains(name));
    }

    @Test
    void budgetsOfSubjectsAreEntriesOfThree() {
        values.put("synapse.budget.queries", "7");
        values.put("synapse.budget.subjects", "web:1000:0, batch:0:50, jwt:ann:5:6");
        BudgetConfig budget = new ConfigReader(this::source).read().budget();
        assertThat(budget.of("web")).isEqualTo(new BudgetConfig.Limits(1000, 0));
        assertThat(budget.of("batch")).isEqualTo(new BudgetConfig.Limits(0, 50));
        assertThat(budget.of("jwt:ann")).isEqualTo(new BudgetConfig.Limits(5, 6));
        assertThat(budget.of("other")).isEqualTo(new BudgetConfig.Limits(7, 0));
        for (String wrong : List.of("web", "web:1", "web:1:x", "web:-1:1", "web:1:1,web:2:2", ":1:1")) {
            values.put("synapse.budget.subjects", wrong);
            assertRefused("synapse.budget.subjects");
        }
    }

    @Test
    void whereRedisIs() {
        values.put("synapse.cluster", "redis");
        values.put("synapse.redis.uris", "redis-sentinel://a:1,b:2#main");
        assertThat(read().cluster().redis().uris()).containsExactly("redis-sentinel://a:1,b:2#main");
        values.put("synapse.redis.ca-file", "no-such-file.pem");
        assertRefused("synapse.redis.ca-file");
        values.put("synapse.redis.ca-file", "pom.xml");
        assertThat(read().cluster().redis().caFile()).contains(Path.of("pom.xml"));
        for (String wrong : List.of("http://a", "a:6379", "://x", "redis-sentinel:/a")) {
            values.put("synapse.redis.uris", wrong);
            assertRefused("synapse.redis.uris");
        }
        values.put("synapse.redis.sharded", "true");
        values.put("synapse.redis.uris", "redis://a:1,rediss://b:2");
        assertThat(read().cluster().redis().uris()).containsExactly("redis://a:1", "rediss://b:2");
        values.put("synapse.redis.uris", "redis://a:1,redis-sentinel://b:2#main");
        assertRefused("synapse.redis.uris");
        values.put("synapse.redis.uris", "redis://:secret@a:1,nothing");
        assertThatThrownBy(this::read).hasMessageNotContaining("secret");
        values.put("synapse.redis.uris", "redis://a:1");
        values.put("synapse.redis.prefix", "a b");
        assertRefused("synapse.redis.prefix");
    }

    @ParameterizedTest
    @MethodSource("required")
    void aMissingValueNamesItsProperty(String property) {
        values.remove(property);
        assertRefused(property);
    }

    static Stream<String> checked() {
        return required().filter(name -> !NAMES.contains(name));
    }

    @ParameterizedTest
    @MethodSource("checked")
    void aValueThatIsNoneNamesItsProperty(String property) {
        for (String bad :
                List.of("nonsense", "-1", "PT-1S", "NaN", "99999999999999999999", "1 2", "1;DROP TABLE", "PT")) {
            values.put(property, bad);
            assertRefused(property);
        }
    }

    @Test
    void rolesOfTools() {
        values.put("synapse.tools.roles", "search=synapse-agent|synapse-admin,arithmetic=");
        assertThat(read().tools().roles())
                .isEqualTo(Map.of("search", Set.of("synapse-agent", "synapse-admin"), "arithmetic", Set.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "synapse.gateway.channels, guide: x",
        "synapse.tools.roles, search",
        "synapse.tools.roles, =synapse-user",
        "synapse.tools.roles, search=root",
        "synapse.tools.roles, search=synapse-user|",
        "synapse.tools.roles, 'a=synapse-user,a=synapse-user'",
        "synapse.gateway.channels, a**b",
        "synapse.gateway.engine-channels, a**b",
        "synapse.gateway.default-channel, pillar:*",
        "synapse.gateway.default-channel, a b",
        "synapse.node.name, 12345678901234567890123456789012345678901234567890123456789012345"
    })
    @DisplayName(
            "G2: channels are topics or patterns, the one for messages without is a topic, and a node's name is short")
    void wrongChannels(String property, String value) {
        values.put(property, value);
        assertRefused(property);
    }

    @Test
    @DisplayName("G2: channels may be patterns, or none at all; a node's name may be left out")
    void channels() {
        values.put("synapse.gateway.channels", "pillar:*, team/*/desk");
        values.put("synapse.node.name", " n1 ");
        assertThat(read().gateway().channels()).containsExactly("pillar:*", "team/*/desk");
        assertThat(read().gateway().node()).contains("n1");
        assertThat(read().gateway().engineChannels()).containsExactly("guide", "pillar:*");
        values.put("synapse.gateway.engine-channels", "");
        assertThat(read().gateway().engineChannels()).isEmpty();
        values.put("synapse.gateway.channels", "");
        values.put("synapse.node.name", " ");
        assertThat(read().gateway().channels()).isEmpty();
        assertThat(read().gateway().node()).isEmpty();
        assertThat(read().gateway().defaultChannel()).isEqualTo("guide");
    }

    @Test
    void blanksAroundAValueDoNotMatter() {
        values.put("synapse.limits.connections", " 7 ");
        values.put("synapse.mode", "production ");
        assertThat(read().limits().connections()).isEqualTo(7);
        assertThat(read().mode()).isEqualTo(Mode.PRODUCTION);
    }

    @Test
    void agentsOfWorkersAreNamedOrAreAllInDevelopment() {
        values.put("synapse.agents.remote", "poet, team-*");
        AgentsConfig agents = read().agents();
        assertThat(agents.isRemote("poet")).isTrue();
        assertThat(agents.isRemote("poets")).isFalse();
        assertThat(agents.isRemote("team-")).isTrue();
        assertThat(agents.isRemote("team-a:b")).isTrue();
        assertThat(agents.isRemote("guide")).isFalse();
        assertThat(agents.mayBeServed("guide")).isTrue();
        values.put("synapse.mode", "production");
        assertThat(read().agents().mayBeServed("guide")).isFalse();
        assertThat(read().agents().mayBeServed("poet")).isTrue();
        values.put("synapse.agents.open", "true");
        assertThat(read().agents().mayBeServed("guide")).isTrue();
    }

    @Test
    void aBlankValueIsMissing() {
        values.put("synapse.engine", "  ");
        assertRefused("synapse.engine");
    }

    @ParameterizedTest
    @CsvSource({
        "synapse.limits.connections, 0",
        "synapse.limits.connections, 1000001",
        "synapse.limits.message-bytes, 1023",
        "synapse.limits.nesting-depth, 1",
        "synapse.limits.nesting-depth, 501",
        "synapse.limits.topics-per-connection, 0",
        "synapse.limits.close-delay, PT1M0.001S",
        "synapse.outbox.max-messages, 15",
        "synapse.outbox.max-bytes, 16383",
        "synapse.outbox.send-timeout, PT0.009S",
        "synapse.query.max-concurrent, 0",
        "synapse.query.max-concurrent-per-tenant, -1",
        "synapse.query.max-queued-per-tenant, many",
        "synapse.query.ageing, PT0S",
        "synapse.query.position-interval, PT0.05S",
        "synapse.query.default-timeout, PT0S",
        "synapse.query.max-timeout, P2D",
        "synapse.query.stop-timeout, PT2M",
        "synapse.auth.token-max-age, PT0.5S",
        "synapse.auth.token-max-age, PT25H",
        "synapse.library.pace, -0.1",
        "synapse.library.pace, 100001",
        "synapse.library.passages, 0",
        "synapse.agents.remote, a*b",
        "synapse.agents.open, maybe",
        "synapse.agents.wait, PT2H",
        "synapse.agents.accept-timeout, PT0S",
        "synapse.agents.cancel-timeout, PT0S",
        "synapse.agents.hand-overs, -1",
        "synapse.agents.max-capacity, 0",
        "synapse.payara.idle-timer-off, TRUE"
    })
    void aValueOutOfBoundsNamesItsProperty(String property, String value) {
        values.put(property, value);
        assertRefused(property);
    }

    @Test
    void theLowWaterMarkMustNotExceedTheBound() {
        values.put("synapse.outbox.max-bytes", "65535");
        assertRefused("synapse.outbox.low-water-bytes");
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 1, 0", "1, 1, 1, 1", "2, 3, 2, 2", "4, 8, 3, 4", "64, 1000, 48, 500"})
    void aTenantHasThreeQuartersOfThePlacesAndHalfOfTheQueue(int all, int queued, int each, int eachQueued) {
        values.put("synapse.query.max-concurrent", Integer.toString(all));
        values.put("synapse.query.max-queued", Integer.toString(queued));
        FairnessConfig fairness = read().query().fairness();
        assertThat(fairness.maxConcurrentPerTenant()).isEqualTo(each);
        assertThat(fairness.maxQueuedPerTenant()).isEqualTo(eachQueued);

        values.put("synapse.query.max-concurrent-per-tenant", "0");
        values.put("synapse.query.max-queued-per-tenant", "7");
        assertThat(read().query().fairness().maxConcurrentPerTenant()).isZero();
        assertThat(read().query().fairness().maxQueuedPerTenant()).isEqualTo(7);
    }

    @Test
    void theDefaultTimeoutMustNotExceedTheLongest() {
        values.put("synapse.query.max-timeout", "PT29S");
        assertRefused("synapse.query.default-timeout");
    }

    @Test
    void autoMeansProductionAsSoonAsThereIsACredential() {
        values.put("synapse.auth.api-keys", "ci:" + HASH);
        assertThat(read().mode()).isEqualTo(Mode.PRODUCTION);
        values.put("synapse.auth.api-keys", "");
        values.put("synapse.auth.token-secret", SECRET);
        assertThat(read().mode()).isEqualTo(Mode.PRODUCTION);
        values.put("synapse.auth.token-secret", "");
        values.put("synapse.auth.key-file", "keys.json");
        assertThat(read().mode()).isEqualTo(Mode.PRODUCTION);
    }

    @ParameterizedTest
    @CsvSource({"development, DEVELOPMENT", "production, PRODUCTION"})
    void aModeThatIsNamedIsMeant(String text, Mode mode) {
        values.put("synapse.mode", text);
        assertThat(read().mode()).isEqualTo(mode);
        values.put("synapse.auth.api-keys", "ci:" + HASH);
        assertThat(read().mode()).isEqualTo(mode);
    }

    @Test
    void readsApiKeysWithTheirAgents() {
        values.put(
                "synapse.auth.api-keys",
                " ci:" + HASH.toUpperCase(java.util.Locale.ROOT) + " ,, ops:" + OTHER_HASH + ":guide|ops ,");
        assertThat(read().auth().apiKeys())
                .containsExactly(
                        new ApiKeyConfig("ci", HASH, Set.of(), Set.of(), ""),
                        new ApiKeyConfig("ops", OTHER_HASH, Set.of("guide", "ops"), Set.of(), ""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sk-live-secret",
                ":HASH",
                "name:",
                "name:HASH:",
                "name:HASH:|",
                "name:HASH:a||b",
                "name:HASH:a|",
                "na me:HASH",
                "name:HASH:a b",
                "name:HASHx",
                "name:sk-live-secret"
            })
    void anApiKeyEntryThatIsNoneIsRefusedWithoutBeingShown(String entry) {
        values.put("synapse.auth.api-keys", "ok:" + OTHER_HASH + "," + entry.replace("HASH", HASH));
        assertThatThrownBy(this::read)
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("synapse.auth.api-keys: entry 2 ")
                .hasMessageNotContaining("secret")
                .hasMessageNotContaining(HASH);
    }

    @Test
    void theSameKeyTwiceIsRefused() {
        // Which entry's agents would it have?
        values.put("synapse.auth.api-keys", "a:" + HASH + ",b:" + HASH + ":guide");
        assertRefused("synapse.auth.api-keys");
    }

    @Test
    void aShortTokenSecretIsRefusedWithoutBeingShown() {
        values.put("synapse.auth.token-secret", "hunter2-hunter2-hunter2-hunter2");
        assertThatThrownBy(this::read)
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("synapse.auth.token-secret: ")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    @DisplayName("M19: idle after 45 s in development and 60 s in production, unless it is said otherwise")
    void theIdleTimeoutFollowsTheMode() {
        assertThat(read().heartbeat().idleTimeout()).isEqualTo(Duration.ofSeconds(45));
        values.put("synapse.mode", "production");
        assertThat(read().heartbeat().idleTimeout()).isEqualTo(Duration.ofSeconds(60));
        values.put("synapse.heartbeat.idle-timeout", "PT90S");
        assertThat(read().heartbeat().idleTimeout()).isEqualTo(Duration.ofSeconds(90));
    }

    @Test
    @DisplayName("M13: a client that only answers pings must have time to do so")
    void pingsMustComeOftenEnough() {
        values.put("synapse.heartbeat.idle-timeout", "PT44.9S");
        assertRefused("synapse.heartbeat.interval");
    }

    @ParameterizedTest
    @DisplayName("G10: connections are looked at ten times in the shortest time-out, and every 5 s at least")
    @CsvSource({"PT30S, PT60S, PT60S, PT300S, PT3S", "PT1S, PT5S, PT3S, PT10S, PT0.1S", "PT2M, PT2M, PT5M, PT5M, PT5S"})
    void sweepsOftenEnough(Duration interval, Duration timeout, Duration idle, Duration gateway, Duration period) {
        assertThat(new HeartbeatConfig(interval, timeout, idle, gateway).sweepPeriod())
                .isEqualTo(period);
    }

    @Test
    void readsOrigins() {
        values.put(
                "synapse.auth.allowed-origins",
                "https://app.example.com, http://localhost:3000,chrome-extension://abc");
        assertThat(read().auth().allowedOrigins())
                .containsExactly("https://app.example.com", "http://localhost:3000", "chrome-extension://abc");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "app.example.com",
                "https://app.example.com/",
                "https://*.example.com",
                "https://",
                "null",
                "https://user@host",
                "https://a b"
            })
    void anOriginThatNoBrowserSendsIsRefused(String origin) {
        values.put("synapse.auth.allowed-origins", "https://ok.example.com," + origin);
        assertRefused("synapse.auth.allowed-origins");
    }

    @Test
    void noSecretIsInTheTextOfTheConfiguration() {
        values.put("synapse.auth.token-secret", SECRET);
        values.put("synapse.auth.api-keys", "ci:" + HASH);
        SynapseConfig config = read();
        assertThat(config.auth().tokenSecret()).contains(SECRET);
        assertThat(List.of(config, config.auth(), config.auth().apiKeys()).toString())
                .doesNotContain(SECRET)
                .doesNotContain(HASH)
                .contains("***");
    }

    @Test
    void theConfigurationIsImmutable() {
        AuthConfig auth = read().auth();
        assertThatThrownBy(() -> auth.apiKeys().add(null)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> auth.allowedOrigins().add("x")).isInstanceOf(UnsupportedOperationException.class);
    }
}
