package io.synapse.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Reads and validates the configuration, once. Where values come from is the caller's business: a function from a
 * property's name to its text, so that tests need no server.
 */
public final class ConfigReader {

    private static final Pattern NODE_NAME = Pattern.compile("[^\\p{Cntrl}]{1,64}");
    private static final Pattern API_KEY =
            Pattern.compile("([^:\\s]{1,64}):([0-9a-fA-F]{64})(?::([^|:\\s]+(?:\\|[^|:\\s]+)*))?"
                    + "(?::([a-z-]+(?:\\|[a-z-]+)*))?" + "(?::([^:|\\s\\p{Cntrl}]{1,64}))?");
    private static final Pattern ORIGIN = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://[^/\\s?#@*,]+");
    static final List<String> ROLES = List.of("synapse-user", "synapse-publisher", "synapse-agent", "synapse-admin");
    private static final String AUTO = "auto";
    private static final String IDLE_TIMEOUT = "synapse.heartbeat.idle-timeout";
    private static final String DRAIN_ON_STOP = "synapse.drain.on-stop";
    private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(100);
    private static final int MIN_SECRET_BYTES = 32;
    private static final int MIB = 1024 * 1024;

    private final Function<String, Optional<String>> source;

    /**
     * Reads from a source.
     *
     * @param source gives the text of a property, or empty where it has none or an empty one
     */
    public ConfigReader(Function<String, Optional<String>> source) {
        this.source = Objects.requireNonNull(source, "source");
    }

    /**
     * Reads everything.
     *
     * @return the configuration
     * @throws ConfigException if a value is missing or cannot be used; it names the property
     */
    public SynapseConfig read() {
        AuthConfig auth = auth();
        CredentialsReader credentials = new CredentialsReader(this);
        KeysConfig keys = credentials.keys();
        OutsideConfig outside = new OutsideReader(this).read();
        Mode mode = mode(auth, keys, outside);
        LimitsReader limits = new LimitsReader(this, mode);
        return new SynapseConfig(
                mode,
                auth,
                keys,
                credentials.login(),
                outside,
                limits.limits(),
                limits.guard(),
                new OutboxConfig(
                        integer("synapse.outbox.max-messages", 16, 1_000_000),
                        integer("synapse.outbox.max-bytes", 16 * 1024, 1024 * MIB),
                        integer("synapse.outbox.low-water-bytes", 1024, 1024 * MIB),
                        duration("synapse.outbox.send-timeout", Duration.ofMillis(10), Duration.ofMinutes(10))),
                heartbeat(mode),
                drain(mode),
                query(),
                new BudgetReader(this).read(),
                new ReplayConfig(
                        integer("synapse.replay.max", 0, 100_000),
                        integer("synapse.replay.max-per-connection", 0, 1000)),
                new PresenceConfig(
                        duration("synapse.presence.leave-grace", Duration.ZERO, Duration.ofMinutes(10)),
                        duration("synapse.presence.batch-interval", Duration.ZERO, Duration.ofMinutes(1)),
                        integer("synapse.presence.max-listed", 1, 100_000),
                        integer("synapse.presence.max-tracked", 1, 1_000_000)),
                new TopicsReader(this).read(),
                new SessionConfig(
                        duration("synapse.session.keep", Duration.ZERO, Duration.ofHours(1)),
                        integer("synapse.session.max", 1, 10_000_000),
                        integer("synapse.session.total-bytes", 1024, 1024 * MIB)),
                new ConversationReader(this).read(),
                gateway(),
                new LibraryConfig(
                        source.apply("synapse.library.folder"),
                        decimal("synapse.library.pace", 0, 100_000),
                        integer("synapse.library.passages", 1, 20),
                        integer("synapse.library.max-documents", 1, 1_000_000),
                        integer("synapse.library.max-document-bytes", 1024, 64 * MIB),
                        integer("synapse.library.max-total-bytes", 1024, 1024 * MIB)),
                new OpenAiReader(this).read(),
                new AgentsReader(this, mode).read(),
                new ToolsReader(this).read(),
                new ClusterReader(this).read(),
                new ControlReader(this).read(),
                bool("synapse.payara.idle-timer-off"));
    }

    private HeartbeatConfig heartbeat(Mode mode) {
        Duration longest = Duration.ofDays(1);
        return new HeartbeatConfig(
                duration("synapse.heartbeat.interval", SHORTEST_HEARTBEAT, Duration.ofMinutes(10)),
                duration("synapse.heartbeat.timeout", SHORTEST_HEARTBEAT, longest),
                required(IDLE_TIMEOUT).equals(AUTO)
                        ? idleTimeout(mode)
                        : duration(IDLE_TIMEOUT, SHORTEST_HEARTBEAT, longest),
                duration("synapse.gateway.idle-timeout", SHORTEST_HEARTBEAT, longest));
    }

    private static Duration idleTimeout(Mode mode) {
        return Duration.ofSeconds(mode == Mode.DEVELOPMENT ? 45 : 60);
    }

    private DrainConfig drain(Mode mode) {
        Duration longest = Duration.ofHours(1);
        // Whoever develops deploys again and again, and waits for it.
        boolean onStop = required(DRAIN_ON_STOP).equals(AUTO) ? mode == Mode.PRODUCTION : bool(DRAIN_ON_STOP);
        return new DrainConfig(
                duration("synapse.drain.grace", Duration.ZERO, longest),
                duration("synapse.drain.window", Duration.ZERO, longest),
                integer("synapse.drain.rate", 1, 100_000),
                integer("synapse.drain.batch-size", 1, 10_000),
                onStop);
    }

    private GatewayConfig gateway() {
        String otherwise = required("synapse.gateway.default-channel");
        if (!TopicsReader.isRule(otherwise) || otherwise.contains("*")) {
            throw new ConfigException(
                    "synapse.gateway.default-channel", "must be one channel, without *: " + otherwise);
        }
        Optional<String> node =
                source.apply("synapse.node.name").map(String::strip).filter(name -> !name.isEmpty());
        if (node.isPresent() && !NODE_NAME.matcher(node.get()).matches()) {
            throw new ConfigException("synapse.node.name", "must be printable text of at most 64 characters");
        }
        return new GatewayConfig(
                node,
                channels("synapse.gateway.channels"),
                otherwise,
                channels("synapse.gateway.engine-channels"),
                new GatewayConfig.Batch(
                        integer("synapse.gateway.batch-bytes", 1024, MIB),
                        integer("synapse.gateway.batch-messages", 1, 10_000),
                        integer("synapse.gateway.deflate-bytes", 64, 64 * MIB)));
    }

    private List<String> channels(String name) {
        List<String> channels = list(name);
        for (String channel : channels) {
            if (!TopicsReader.isRule(channel)) {
                throw new ConfigException(
                        name, "a channel has segments divided by : . or /, of which any may be *: " + channel);
            }
        }
        return channels;
    }

    private QueryConfig query() {
        Duration longest = Duration.ofDays(1);
        int maxConcurrent = integer("synapse.query.max-concurrent", 1, 10_000);
        int maxQueued = integer("synapse.query.max-queued", 0, 1_000_000);
        return new QueryConfig(
                required("synapse.engine"),
                maxConcurrent,
                maxQueued,
                duration("synapse.query.default-timeout", Duration.ofMillis(1), longest),
                duration("synapse.query.max-timeout", Duration.ofMillis(1), longest),
                integer("synapse.query.max-thoughts", 1, 10_000_000),
                integer("synapse.query.max-output-bytes", 1024, 1024 * MIB),
                integer("synapse.query.max-lag", 1, 10_000_000),
                duration("synapse.query.stop-timeout", Duration.ofMillis(1), Duration.ofMinutes(1)),
                integer("synapse.query.kept-count", 0, 10_000_000),
                integer("synapse.query.kept-bytes", 0, Integer.MAX_VALUE),
                duration("synapse.query.kept-age", Duration.ZERO, Duration.ofDays(30)),
                new FairnessConfig(
                        auto(
                                "synapse.query.max-concurrent-per-tenant",
                                10_000,
                                FairnessConfig.concurrentByDefault(maxConcurrent)),
                        auto(
                                "synapse.query.max-queued-per-tenant",
                                1_000_000,
                                FairnessConfig.queuedByDefault(maxQueued)),
                        duration("synapse.query.ageing", Duration.ofMillis(100), longest),
                        duration("synapse.query.position-interval", Duration.ofMillis(100), Duration.ofMinutes(10))));
    }

    private int auto(String name, int max, int otherwise) {
        return required(name).equals(AUTO) ? otherwise : integer(name, 0, max);
    }

    private Mode mode(AuthConfig auth, KeysConfig keys, OutsideConfig outside) {
        boolean credentials = !auth.apiKeys().isEmpty()
                || auth.tokenSecret().isPresent()
                || keys.file().isPresent()
                || outside.isAny();
        String text = required("synapse.mode");
        return switch (text) {
            case AUTO -> credentials ? Mode.PRODUCTION : Mode.DEVELOPMENT;
            case "development" -> Mode.DEVELOPMENT;
            case "production" -> Mode.PRODUCTION;
            default -> throw new ConfigException("synapse.mode", "must be auto, development or production: " + text);
        };
    }

    private AuthConfig auth() {
        List<ApiKeyConfig> keys = new ArrayList<>();
        for (String entry : list("synapse.auth.api-keys")) {
            ApiKeyConfig key = apiKey(entry, keys.size() + 1);
            if (keys.stream().anyMatch(other -> other.sha256().equals(key.sha256()))) {
                throw new ConfigException(
                        "synapse.auth.api-keys", "entry " + (keys.size() + 1) + " repeats the key of another entry");
            }
            keys.add(key);
        }
        Optional<String> secret = source.apply("synapse.auth.token-secret");
        if (secret.isPresent() && secret.get().length() < MIN_SECRET_BYTES) {
            throw new ConfigException(
                    "synapse.auth.token-secret", "must have at least " + MIN_SECRET_BYTES + " characters");
        }
        return new AuthConfig(
                keys,
                secret,
                duration("synapse.auth.token-max-age", Duration.ofSeconds(1), Duration.ofHours(24)),
                duration("synapse.auth.expiry-warning", Duration.ZERO, Duration.ofHours(24)),
                duration("synapse.auth.expiry-grace", Duration.ZERO, Duration.ofHours(1)),
                origins());
    }

    private List<String> origins() {
        List<String> origins = list("synapse.auth.allowed-origins");
        for (String origin : origins) {
            if (!ORIGIN.matcher(origin).matches()) {
                throw new ConfigException(
                        "synapse.auth.allowed-origins",
                        "must be origins such as https://app.example.com, without a path: " + origin);
            }
        }
        return origins;
    }

    // The message tells the entry's place, not its text: half of it may be a secret in the wrong place.
    private static ApiKeyConfig apiKey(String entry, int place) {
        var matcher = API_KEY.matcher(entry);
        if (!matcher.matches()) {
            throw new ConfigException(
                    "synapse.auth.api-keys",
                    "entry " + place + " is not name:sha256-in-hex, followed by as many as are wanted of :agent|agent,"
                            + " :role|role and :tenant");
        }
        Set<String> agents = matcher.group(3) == null || matcher.group(3).equals("*")
                ? Set.of()
                : Set.copyOf(List.of(matcher.group(3).split("\\|", -1)));
        Set<String> roles = matcher.group(4) == null
                ? Set.of()
                : Set.copyOf(List.of(matcher.group(4).split("\\|", -1)));
        for (String role : roles) {
            if (!ROLES.contains(role)) {
                throw new ConfigException(
                        "synapse.auth.api-keys", "entry " + place + " has an unknown role; there are " + ROLES);
            }
        }
        String tenant = matcher.group(5) == null ? "" : matcher.group(5);
        return new ApiKeyConfig(matcher.group(1), matcher.group(2).toLowerCase(Locale.ROOT), agents, roles, tenant);
    }

    Optional<String> optional(String name) {
        return source.apply(name).map(String::strip).filter(text -> !text.isEmpty());
    }

    List<String> list(String name) {
        return source.apply(name).stream()
                .flatMap(text -> List.of(text.split(",", -1)).stream())
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }

    String required(String name) {
        // A properties file keeps the blanks at the end of a line, where nobody sees them.
        return optional(name).orElseThrow(() -> new ConfigException(name, "is missing"));
    }

    int integer(String name, int min, int max) {
        String text = required(name);
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new ConfigException(name, "must be a whole number: " + text);
        }
        throw new ConfigException(name, "must be within " + min + " and " + max + ": " + text);
    }

    private double decimal(String name, double min, double max) {
        String text = required(name);
        try {
            double value = Double.parseDouble(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new ConfigException(name, "must be a number: " + text);
        }
        throw new ConfigException(name, "must be within " + min + " and " + max + ": " + text);
    }

    boolean bool(String name) {
        String text = required(name);
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new ConfigException(name, "must be true or false: " + text);
        };
    }

    Duration duration(String name, Duration min, Duration max) {
        String text = required(name);
        Duration value;
        try {
            value = Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new ConfigException(name, "must be an ISO-8601 duration such as PT30S: " + text);
        }
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new ConfigException(name, "must be within " + min + " and " + max + ": " + text);
        }
        return value;
    }
}
