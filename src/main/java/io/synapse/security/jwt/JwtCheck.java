package io.synapse.security.jwt;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import io.synapse.config.ClaimsConfig;
import io.synapse.config.JwtConfig;
import io.synapse.platform.Counters;
import io.synapse.security.Credential;
import io.synapse.security.CredentialCheck;
import io.synapse.security.Identity;
import java.time.Clock;
import java.util.Optional;

/**
 * Knows bearer tokens of another issuer, as MicroProfile JWT describes them. It may have to wait for the keys of the issuer,
 * for a few seconds at most. Safe for use by many threads.
 */
public final class JwtCheck implements CredentialCheck {

    private final TokenVerifier verifier;
    private final ClaimReader reader;

    /**
     * A check.
     *
     * @param config which tokens are good
     * @param claims how they are read
     * @param clock tells the time
     * @param counters told when the keys cannot be had
     * @throws IllegalArgumentException if the configured key cannot be read
     */
    public JwtCheck(JwtConfig config, ClaimsConfig claims, Clock clock, Counters counters) {
        this(config, claims, clock, counters, VerificationKeys.of(config));
    }

    JwtCheck(JwtConfig config, ClaimsConfig claims, Clock clock, Counters counters, JWKSource<SecurityContext> keys) {
        ClaimRules rules =
                new ClaimRules(config.issuer(), config.audiences(), config.clockSkew(), config.maxAge(), clock);
        this.verifier = new TokenVerifier(keys, config.algorithms(), rules, counters);
        this.reader = new ClaimReader(claims);
    }

    @Override
    public Optional<Identity> identify(String token) {
        return verifier.verify(token).flatMap(claims -> {
            Credential shown = new Credential(
                    Credential.Kind.JWT, "", Optional.of(verifier.rules().end(claims)));
            return reader.identity(claims, shown);
        });
    }
}
