package io.synapse.config;

import java.time.Duration;

/** Reads what the configuration says of credentials that are made while the node runs. */
final class CredentialsReader {

    private final ConfigReader reader;

    CredentialsReader(ConfigReader reader) {
        this.reader = reader;
    }

    KeysConfig keys() {
        return new KeysConfig(
                reader.optional("synapse.auth.key-file"),
                reader.integer("synapse.auth.max-keys", 1, 100_000),
                reader.duration("synapse.auth.max-grace", Duration.ZERO, Duration.ofDays(365)),
                reader.duration("synapse.auth.token-lifetime", Duration.ofSeconds(1), Duration.ofHours(24)));
    }

    LoginConfig login() {
        return new LoginConfig(
                reader.duration("synapse.login.lifetime", Duration.ofSeconds(1), Duration.ofDays(30)),
                reader.duration("synapse.login.idle-timeout", Duration.ofSeconds(1), Duration.ofDays(30)),
                reader.integer("synapse.login.max", 1, 10_000_000),
                reader.integer("synapse.login.max-per-subject", 1, 10_000_000),
                reader.duration("synapse.login.ticket-lifetime", Duration.ofSeconds(1), Duration.ofMinutes(10)),
                reader.integer("synapse.login.max-tickets", 1, 10_000_000));
    }
}
