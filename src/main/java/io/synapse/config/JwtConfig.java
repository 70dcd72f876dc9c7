package io.synapse.config;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * Tokens of another issuer, in the words of MicroProfile JWT.
 *
 * @param key the public key itself, as PEM, JWK or JWK set; empty if there is a location
 * @param location where the public keys are: a URL, a file or a resource; empty if there is a key
 * @param algorithms what a token may be signed with; asymmetric ones only
 * @param issuer what {@code iss} must be
 * @param audiences one of these must be in {@code aud}
 * @param clockSkew by how much the clocks may differ
 * @param maxAge how old a token may be, whatever its {@code exp}; empty: as old as that allows
 * @param keysMaxAge for how long fetched keys are good without a look
 * @param keysMinInterval in such an interval, keys are fetched twice at most
 */
public record JwtConfig(
        Optional<String> key,
        Optional<String> location,
        Set<String> algorithms,
        String issuer,
        Set<String> audiences,
        Duration clockSkew,
        Optional<Duration> maxAge,
        Duration keysMaxAge,
        Duration keysMinInterval) {

    /** Copies the sets. */
    public JwtConfig {
        algorithms = Set.copyOf(algorithms);
        audiences = Set.copyOf(audiences);
    }
}
