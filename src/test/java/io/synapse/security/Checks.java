package io.synapse.security;

import java.util.Optional;

/** Handshake checks for tests. */
final class Checks {

    private Checks() {}

    /** One that knows no logins and no tickets. */
    static HandshakeCheck of(Authenticator authenticator) {
        return new HandshakeCheck(authenticator, session -> Optional.empty(), ticket -> Optional.empty());
    }
}
