package io.synapse.config;

import java.net.URI;
import java.util.Optional;
import java.util.Set;

/**
 * Login on the page through OpenID Connect.
 *
 * @param issuer of the provider; what it offers is read from its discovery document
 * @param clientId as whom Synapse is known there
 * @param clientSecret a secret; empty for a public client, which has PKCE only
 * @param scopes what is asked for; {@code openid} among it
 * @param redirectUri where the provider sends the browser back to: the public address of this node, with the path {@code
 *     /login/oidc/callback}
 */
public record OidcConfig(
        URI issuer, String clientId, Optional<String> clientSecret, Set<String> scopes, URI redirectUri) {

    /** Leaves the secret out: this text may reach a log. */
    @Override
    public String toString() {
        return "OidcConfig[issuer=" + issuer + ", clientId=" + clientId + ", redirectUri=" + redirectUri + "]";
    }
}
