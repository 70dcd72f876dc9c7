package io.synapse.endpoint.rest;

import io.synapse.endpoint.LoginCookie;
import io.synapse.security.AccessPolicy;
import io.synapse.security.Authenticator;
import io.synapse.security.Handshake;
import io.synapse.security.Identity;
import io.synapse.security.Secrets;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;

/**
 * The credential of a REST request: {@code Authorization: Bearer <API key or token>}, or else the cookie of a login, if a page
 * of this very host sends it.
 */
final class BearerKey {

    private BearerKey() {}

    /** What stands there, good or not. */
    static Optional<String> offered(HttpHeaders headers) {
        return header(headers, HttpHeaders.AUTHORIZATION)
                .flatMap(Handshake::bearer)
                .or(() -> cookie(headers));
    }

    static Optional<Identity> identify(HttpHeaders headers, Authenticator authenticator) {
        return offered(headers).flatMap(authenticator::identify);
    }

    private static Optional<String> cookie(HttpHeaders headers) {
        return Optional.ofNullable(headers.getCookies().get(LoginCookie.NAME))
                .map(Cookie::getValue)
                .filter(token -> token.startsWith(Secrets.Prefix.LOGIN.letters()))
                .filter(token -> AccessPolicy.isSameOrigin(
                        header(headers, HttpHeaders.HOST),
                        header(headers, "Origin"),
                        header(headers, "Sec-Fetch-Site")));
    }

    private static Optional<String> header(HttpHeaders headers, String name) {
        return Optional.ofNullable(headers.getHeaderString(name));
    }
}
