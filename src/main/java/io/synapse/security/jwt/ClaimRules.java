package io.synapse.security.jwt;

import com.nimbusds.jwt.JWTClaimsSet;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Date;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a token is for us, and now: {@code iss}, {@code aud} and {@code exp} are required, {@code nbf} and {@code iat}
 * are honoured. Safe for use by many threads.
 *
 * @param issuer what {@code iss} must be
 * @param audiences one of these must be in {@code aud}
 * @param skew by how much the clocks may differ
 * @param maxAge how old a token may be by its {@code iat}, which is then required
 * @param clock tells the time
 */
record ClaimRules(String issuer, Set<String> audiences, Duration skew, Optional<Duration> maxAge, Clock clock) {

    boolean allow(JWTClaimsSet claims) {
        return issuer.equals(claims.getIssuer())
                && !Collections.disjoint(audiences, claims.getAudience())
                && isNow(claims);
    }

    private boolean isNow(JWTClaimsSet claims) {
        Instant now = clock.instant();
        Date expires = claims.getExpirationTime();
        Date notBefore = claims.getNotBeforeTime();
        Date issued = claims.getIssueTime();
        if (expires == null || !now.isBefore(expires.toInstant().plus(skew))) {
            return false;
        }
        if (isAhead(notBefore, now) || isAhead(issued, now)) {
            return false;
        }
        return maxAge.isEmpty()
                || (issued != null
                        && now.isBefore(issued.toInstant().plus(maxAge.get()).plus(skew)));
    }

    private boolean isAhead(Date time, Instant now) {
        return time != null && time.toInstant().isAfter(now.plus(skew));
    }

    /** When a token that is allowed now will not be any more. */
    Instant end(JWTClaimsSet claims) {
        Instant expires = claims.getExpirationTime().toInstant();
        if (maxAge.isEmpty()) {
            return expires;
        }
        Instant oldest = claims.getIssueTime().toInstant().plus(maxAge.get());
        return oldest.isBefore(expires) ? oldest : expires;
    }
}
