package io.synapse.config;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads how nodes share their state. */
final class ClusterReader {

    private static final String URIS = "synapse.redis.uris";
    private static final String CA_FILE = "synapse.redis.ca-file";
    private static final Set<String> SCHEMES = Set.of("redis", "rediss", "redis-sentinel", "rediss-sentinel");
    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_.-]{1,32}");

    private final ConfigReader reader;

    ClusterReader(ConfigReader reader) {
        this.reader = reader;
    }

    ClusterConfig read() {
        return new ClusterConfig(
                isShared(),
                reader.duration("synapse.cluster.lease", Duration.ofSeconds(1), Duration.ofMinutes(5)),
                redis());
    }

    private boolean isShared() {
        String text = reader.required("synapse.cluster");
        return switch (text) {
            case "none" -> false;
            case "redis" -> true;
            default -> throw new ConfigException("synapse.cluster", "must be none or redis: " + text);
        };
    }

    private RedisConfig redis() {
        boolean sharded = reader.bool("synapse.redis.sharded");
        String prefix = reader.required("synapse.redis.prefix");
        if (!PREFIX.matcher(prefix).matches()) {
            throw new ConfigException(
                    "synapse.redis.prefix", "must be letters, digits, _ . and - only, at most 32: " + prefix);
        }
        return new RedisConfig(
                uris(sharded),
                sharded,
                reader.optional("synapse.redis.username"),
                reader.optional("synapse.redis.password"),
                prefix,
                reader.duration("synapse.redis.timeout", Duration.ofMillis(10), Duration.ofMinutes(1)),
                reader.integer("synapse.redis.max-pending", 16, 1_000_000),
                caFile());
    }

    private Optional<Path> caFile() {
        return reader.optional(CA_FILE).map(text -> {
            try {
                Path file = Path.of(text);
                if (Files.isReadable(file)) {
                    return file;
                }
            } catch (InvalidPathException e) {
                throw new ConfigException(CA_FILE, "is no path: " + text);
            }
            throw new ConfigException(CA_FILE, "cannot be read: " + text);
        });
    }

    // The sentinels of one URI are divided by commas, too.
    private List<String> uris(boolean sharded) {
        List<String> uris = sharded ? reader.list(URIS) : List.of(reader.required(URIS));
        for (int i = 0; i < uris.size(); i++) {
            String scheme = scheme(uris.get(i));
            if (!SCHEMES.contains(scheme) || sharded && scheme.endsWith("sentinel")) {
                // Not the text: it may hold a password.
                throw new ConfigException(
                        URIS,
                        "entry " + (i + 1) + " must be redis://host:port, rediss:// for TLS"
                                + (sharded ? "" : ", or redis-sentinel://host,host#name"));
            }
        }
        if (uris.isEmpty()) {
            throw new ConfigException(URIS, "is missing");
        }
        return uris;
    }

    private static String scheme(String uri) {
        int end = uri.indexOf("://");
        return end < 0 ? "" : uri.substring(0, end);
    }
}
