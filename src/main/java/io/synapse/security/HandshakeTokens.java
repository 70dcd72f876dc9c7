package io.synapse.security;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Signed, expiring tokens that authenticate a handshake: JSON Web Tokens (RFC 7519) under HS256, so that another service
 * which knows the secret can make them too. Claims: {@code sub}, {@code iat} (both required), {@code exp}, {@code agents}
 * (a list; absent means all), {@code topics} (a list of patterns; absent means all), {@code groups} (a list of roles, as in
 * MicroProfile JWT; absent means {@code synapse-user}), {@code tenant}, and {@code made_from}, the id of what it was made
 * with and ends with.
 * Safe for use by many threads.
 */
public final class HandshakeTokens implements CredentialCheck {

    private static final String AGENTS = "agents";
    private static final String GROUPS = "groups";
    private static final String TENANT = "tenant";
    private static final String TOPICS = "topics";
    private static final String MADE_FROM = "made_from";
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);
    private static final int MAX_SUBJECT_LENGTH = 128;

    private final byte[] secret;
    private final Duration maxAge;
    private final Clock clock;

    /**
     * Signs and checks with a secret.
     *
     * @param secret at least 32 bytes in UTF-8
     * @param maxAge how old a token may be, whatever its {@code exp} says
     * @param clock tells the time
     */
    public HandshakeTokens(String secret, Duration maxAge, Clock clock) {
        this.secret = secret.getBytes(StandardCharsets.UTF_8);
        this.maxAge = maxAge;
        this.clock = clock;
    }

    /**
     * Makes a token.
     *
     * @param identity for whom
     * @param lifetime for how long; the maximum age if that is shorter, and never longer than what it is made with
     * @return the token and when it ends
     */
    public Issued issue(Identity identity, Duration lifetime) {
        Instant now = clock.instant();
        Instant longest = now.plus(lifetime.compareTo(maxAge) < 0 ? lifetime : maxAge);
        Instant end = identity.credential().expiresAt().filter(longest::isAfter).orElse(longest);
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .subject(identity.subject())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(end));
        if (!identity.agents().isEmpty()) {
            claims.claim(AGENTS, List.copyOf(identity.agents()));
        }
        if (!identity.topics().isEmpty()) {
            claims.claim(TOPICS, List.copyOf(identity.topics()));
        }
        if (!identity.tenant().isEmpty()) {
            claims.claim(TENANT, identity.tenant());
        }
        if (!identity.credential().source().isEmpty()) {
            claims.claim(MADE_FROM, identity.credential().source());
        }
        claims.claim(GROUPS, List.copyOf(identity.groups()));
        SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims.build());
        try {
            token.sign(new MACSigner(secret));
        } catch (JOSEException e) {
            throw new IllegalStateException("cannot sign", e);
        }
        return new Issued(token.serialize(), end);
    }

    /**
     * A token that was made.
     *
     * @param token the token
     * @param expiresAt when it ends
     */
    public record Issued(String token, Instant expiresAt) {

        /** Leaves the token out: this text may reach a log. */
        @Override
        public String toString() {
            return "Issued[expiresAt=" + expiresAt + "]";
        }
    }

    /**
     * Checks a token.
     *
     * @param token what the client offers
     * @return who it is; empty if the token is not ours, changed, not yet valid, or too old
     */
    @Override
    public Optional<Identity> identify(String token) {
        try {
            SignedJWT parsed = SignedJWT.parse(token);
            // The algorithm is ours to choose, never the token's.
            if (!JWSAlgorithm.HS256.equals(parsed.getHeader().getAlgorithm())
                    || !parsed.verify(new MACVerifier(secret))) {
                return Optional.empty();
            }
            return identity(parsed.getJWTClaimsSet());
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Optional<Identity> identity(JWTClaimsSet claims) throws ParseException {
        Instant now = clock.instant();
        String subject = claims.getSubject();
        Date issued = claims.getIssueTime();
        Date expires = claims.getExpirationTime();
        Date notBefore = claims.getNotBeforeTime();
        if (subject == null || subject.isBlank() || subject.length() > MAX_SUBJECT_LENGTH || issued == null) {
            return Optional.empty();
        }
        if (issued.toInstant().isAfter(now.plus(CLOCK_SKEW))
                || issued.toInstant().plus(maxAge).isBefore(now)
                || (expires != null && !expires.toInstant().isAfter(now))
                || (notBefore != null && notBefore.toInstant().isAfter(now.plus(CLOCK_SKEW)))) {
            return Optional.empty();
        }
        String tenant = claims.getStringClaim(TENANT);
        if (tenant != null && !Identity.isTenant(tenant)) {
            return Optional.empty();
        }
        String source = claims.getStringClaim(MADE_FROM);
        Instant end = issued.toInstant().plus(maxAge);
        if (expires != null && expires.toInstant().isBefore(end)) {
            end = expires.toInstant();
        }
        List<String> groups = claims.getStringListClaim(GROUPS);
        return Optional.of(new Identity(
                subject,
                tenant == null ? "" : tenant,
                names(claims, AGENTS),
                names(claims, TOPICS),
                groups == null ? Set.of(Role.USER) : Role.of(groups),
                new Credential(Credential.Kind.TOKEN, source == null ? "" : source, Optional.of(end))));
    }

    private static Set<String> names(JWTClaimsSet claims, String claim) throws ParseException {
        List<String> names = claims.getStringListClaim(claim);
        return names == null ? Set.of() : new HashSet<>(names);
    }
}
