package io.synapse.config;

import java.util.Optional;

/**
 * Identities that others manage. Each is off unless it is configured.
 *
 * @param jwt tokens of another issuer
 * @param claims how tokens of other issuers are read
 * @param realm whether names and passwords of the server's realm are taken
 * @param oidc login on the page through OpenID Connect
 */
public record OutsideConfig(Optional<JwtConfig> jwt, ClaimsConfig claims, boolean realm, Optional<OidcConfig> oidc) {

    /**
     * Whether anybody can be known by these.
     *
     * @return false if all are off
     */
    public boolean isAny() {
        return jwt.isPresent() || realm || oidc.isPresent();
    }
}
