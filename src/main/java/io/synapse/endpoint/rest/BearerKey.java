package io.synapse.endpoint.rest;

import io.synapse.security.Authenticator;
import io.synapse.security.Handshake;
import io.synapse.security.Identity;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.Optional;

/** The credential of a REST request: {@code Authorization: Bearer <API key or token>}. */
final class BearerKey {

    private BearerKey() {}

    /** What stands there, good or not. */
    static Optional<String> offered(HttpHeaders headers) {
        return Optional.ofNullable(headers.getHeaderString(HttpHeaders.AUTHORIZATION))
                .flatMap(Handshake::bearer);
    }

    static Optional<Identity> identify(HttpHeaders headers, Authenticator authenticator) {
        return offered(headers).flatMap(authenticator::identify);
    }
}
