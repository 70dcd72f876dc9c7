package io.synapse.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Who may connect.
 *
 * @param apiKeys the keys, as their hashes
 * @param tokenSecret what signs handshake tokens, at least 32 bytes; empty: a random one for each start
 * @param tokenMaxAge how old a handshake token may be, at most
 * @param expiryWarning how long before a credential expires its client is told
 * @param expiryGrace how long after that it still counts
 * @param allowedOrigins origins a browser page may have besides the host it connects to, such as {@code
 *     https://app.example.com}
 */
public record AuthConfig(
        List<ApiKeyConfig> apiKeys,
        Optional<String> tokenSecret,
        Duration tokenMaxAge,
        Duration expiryWarning,
        Duration expiryGrace,
        List<String> allowedOrigins) {

    /** Copies the lists. */
    public AuthConfig {
        apiKeys = List.copyOf(apiKeys);
        allowedOrigins = List.copyOf(allowedOrigins);
    }

    /** Leaves the secret out: this text may reach a log. */
    @Override
    public String toString() {
        return "AuthConfig[apiKeys=" + apiKeys.size() + ", tokenSecret="
                + (tokenSecret.isPresent() ? "***" : "random") + ", tokenMaxAge=" + tokenMaxAge + ", expiryWarning="
                + expiryWarning + ", expiryGrace=" + expiryGrace + ", allowedOrigins="
                + allowedOrigins + "]";
    }
}
