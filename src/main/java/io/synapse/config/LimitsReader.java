package io.synapse.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the limits; those that are {@code auto} have the number of the profile. */
final class LimitsReader {

    private static final String PROFILE = "synapse.limits.profile";
    private static final String CONNECTIONS = "synapse.limits.connections";
    private static final String PROXIES = "synapse.proxies.trusted";
    private static final String ROLES = "synapse.limits.roles";
    private static final String AUTO = "auto";
    private static final int MIB = 1024 * 1024;
    private static final int MOST = 1_000_000;
    private static final int LARGEST_FACTOR = 1000;

    /** What {@code auto} means in production, in development, and where all limits are lifted. */
    private record Numbers(String production, String development, String bench) {}

    private static final Map<String, Numbers> NUMBERS = Map.of(
            CONNECTIONS,
            new Numbers("1000", "10000", "1000000"),
            "synapse.limits.connections-per-address",
            new Numbers("100", "10000", "0"),
            "synapse.limits.connections-per-key",
            new Numbers("10", "10000", "0"),
            "synapse.limits.connections-per-user",
            new Numbers("5", "10000", "0"),
            "synapse.limits.new-connections",
            new Numbers("10/PT1M/10", "60000/PT1M/10000", "off"),
            "synapse.limits.failed-logins",
            new Numbers("20/PT1M/20", "6000/PT1M/1000", "off"),
            "synapse.limits.messages",
            new Numbers("60/PT1M/20", "60000/PT1M/20000", "off"),
            "synapse.limits.queries",
            new Numbers("10/PT1M/10", "60000/PT1M/20000", "off"),
            "synapse.limits.publishes",
            new Numbers("60/PT1M/20", "60000/PT1M/20000", "off"),
            "synapse.limits.all-messages",
            new Numbers("6000/PT1M/1000", "6000000/PT1M/1000000", "off"));

    private final ConfigReader reader;

    LimitsReader(ConfigReader reader, Mode mode) {
        Profile profile = profile(reader.required(PROFILE), mode);
        this.reader = new ConfigReader(name -> reader.optional(name)
                .map(text -> text.equals(AUTO) && NUMBERS.containsKey(name) ? profile.of(NUMBERS.get(name)) : text));
    }

    private enum Profile {
        PRODUCTION,
        DEVELOPMENT,
        BENCH;

        String of(Numbers numbers) {
            return switch (this) {
                case PRODUCTION -> numbers.production();
                case DEVELOPMENT -> numbers.development();
                case BENCH -> numbers.bench();
            };
        }
    }

    private static Profile profile(String text, Mode mode) {
        return switch (text) {
            case AUTO -> mode == Mode.PRODUCTION ? Profile.PRODUCTION : Profile.DEVELOPMENT;
            case "production" -> Profile.PRODUCTION;
            case "development" -> Profile.DEVELOPMENT;
            case "bench" -> Profile.BENCH;
            default -> throw new ConfigException(PROFILE, "must be auto, production, development or bench: " + text);
        };
    }

    LimitsConfig limits() {
        return new LimitsConfig(
                reader.integer(CONNECTIONS, 1, MOST),
                reader.integer("synapse.limits.message-bytes", 1024, 64 * MIB),
                reader.integer("synapse.limits.nesting-depth", 2, 500),
                reader.integer("synapse.limits.topics-per-connection", 1, 10_000),
                reader.integer("synapse.limits.malformed-frames", 1, Integer.MAX_VALUE),
                reader.duration("synapse.limits.close-delay", Duration.ZERO, Duration.ofMinutes(1)));
    }

    GuardConfig guard() {
        return new GuardConfig(
                proxies(),
                new ConnectionBounds(
                        reader.integer(CONNECTIONS, 1, MOST),
                        reader.integer("synapse.limits.connections-per-address", 0, MOST),
                        reader.integer("synapse.limits.connections-per-key", 0, MOST),
                        reader.integer("synapse.limits.connections-per-user", 0, MOST),
                        rate("synapse.limits.new-connections"),
                        rate("synapse.limits.failed-logins"),
                        reader.integer("synapse.limits.closing-connections", 0, 10_000),
                        reader.integer("synapse.limits.max-addresses", 1, 10 * MOST)),
                new MessageRates(
                        rate("synapse.limits.messages"),
                        rate("synapse.limits.queries"),
                        rate("synapse.limits.publishes"),
                        rate("synapse.limits.all-messages"),
                        factors(),
                        reader.integer("synapse.limits.refused-messages", 0, MOST),
                        reader.integer("synapse.limits.max-subjects", 1, 10 * MOST)));
    }

    private List<AddressBlock> proxies() {
        List<AddressBlock> blocks = new ArrayList<>();
        for (String entry : reader.list(PROXIES)) {
            List<AddressBlock> named = AddressBlock.parse(entry);
            if (named.isEmpty()) {
                throw new ConfigException(
                        PROXIES, "must be addresses, blocks such as 10.0.0.0/8, loopback or private: " + entry);
            }
            blocks.addAll(named);
        }
        return blocks;
    }

    private Rate rate(String name) {
        String text = reader.required(name);
        return Rate.parse(text)
                .orElseThrow(() ->
                        new ConfigException(name, "must be off, or count/duration/burst such as 60/PT1M/20: " + text));
    }

    private Map<String, Integer> factors() {
        Map<String, Integer> factors = new HashMap<>();
        for (String entry : reader.list(ROLES)) {
            String[] parts = entry.split("=", -1);
            if (parts.length != 2
                    || !ConfigReader.ROLES.contains(parts[0])
                    || !parts[1].matches("\\d{1,4}")
                    || Integer.parseInt(parts[1]) < 1
                    || Integer.parseInt(parts[1]) > LARGEST_FACTOR) {
                throw new ConfigException(
                        ROLES, "must be entries role=factor, with a factor of 1 to " + LARGEST_FACTOR + ": " + entry);
            }
            if (factors.put(parts[0], Integer.valueOf(parts[1])) != null) {
                throw new ConfigException(ROLES, "names " + parts[0] + " twice");
            }
        }
        return factors;
    }
}
