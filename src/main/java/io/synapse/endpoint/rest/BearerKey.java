package io.synapse.endpoint.rest;

import io.synapse.security.Authenticator;
import io.synapse.security.Identity;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;

/** The credential of a REST request: {@code Authorization: Bearer <API key or token>}. */
final class BearerKey {

    private static final String SCHEME = "Bearer ";

    private BearerKey() {}

    /** What stands there, good or not. */
    static Optional<String> offered(HttpHeaders headers) {
        String header = headers.getHeaderString(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return Optional.empty();
        }
        return Optional.of(header.substring(SCHEME.length()).strip());
    }

    static Optional<Identity> identify(HttpHeaders headers, Authenticator authenticator) {
        return offered(headers).flatMap(authenticator::identify);
    }
}
