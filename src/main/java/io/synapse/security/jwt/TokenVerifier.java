package io.synapse.security.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import java.lang.System.Logger.Level;
import java.text.ParseException;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Checks the signature and the claims of tokens. What is not for us, or over, is refused before any key is looked for, so
 * that it costs nothing and fetches nothing. May wait for the keys for some seconds. Safe for use by many threads.
 */
final class TokenVerifier {

    private static final System.Logger LOGGER = System.getLogger(TokenVerifier.class.getName());

    private final Set<JWSAlgorithm> algorithms;
    private final ClaimRules rules;
    private final Counters counters;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    TokenVerifier(JWKSource<SecurityContext> keys, Collection<String> algorithms, ClaimRules rules, Counters counters) {
        // Ours to choose, never the token's; a MAC under a public key could be made by everybody.
        this.algorithms = algorithms.stream().map(JWSAlgorithm::parse).collect(Collectors.toUnmodifiableSet());
        if (!JWSAlgorithm.Family.SIGNATURE.containsAll(this.algorithms)) {
            throw new IllegalArgumentException("not signatures: " + algorithms);
        }
        this.rules = rules;
        this.counters = counters;
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(
                JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(this.algorithms, keys));
        processor.setJWTClaimsSetVerifier(null);
    }

    /** The claims; empty if the token is not to be believed. */
    Optional<JWTClaimsSet> verify(String token) {
        try {
            SignedJWT parsed = SignedJWT.parse(token);
            if (!algorithms.contains(parsed.getHeader().getAlgorithm()) || !rules.allow(parsed.getJWTClaimsSet())) {
                return Optional.empty();
            }
            return Optional.of(processor.process(parsed, null));
        } catch (RateLimitReachedException e) {
            LOGGER.log(Level.DEBUG, "A token was refused, as the keys of its issuer were asked for often of late");
            return Optional.empty();
        } catch (KeySourceException e) {
            counters.increment(Counter.ISSUER_KEYS_UNAVAILABLE);
            LOGGER.log(
                    Level.WARNING, "A token was refused, as the keys of its issuer cannot be had: {0}", e.getMessage());
            return Optional.empty();
        } catch (ParseException | BadJOSEException | JOSEException | IllegalArgumentException e) {
            LOGGER.log(Level.DEBUG, "A token was refused: {0}", e.getClass().getName());
            return Optional.empty();
        }
    }

    ClaimRules rules() {
        return rules;
    }
}
