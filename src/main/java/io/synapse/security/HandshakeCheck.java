package io.synapse.security;

import java.util.Optional;

/**
 * Finds out who a handshake is of. It may show a ticket, a {@code session_token}, a key or a token, or, from a page of this
 * host, the cookie of a login; the first of these counts, good or not. Safe for use by many threads.
 */
public final class HandshakeCheck {

    private static final String TICKET = "ticket";
    private static final String SESSION_TOKEN = "session_token";

    private final Authenticator authenticator;
    private final CredentialCheck logins;
    private final CredentialCheck tickets;

    /**
     * A check.
     *
     * @param authenticator knows keys and tokens
     * @param logins knows session tokens
     * @param tickets knows tickets, each of which it knows once
     */
    public HandshakeCheck(Authenticator authenticator, CredentialCheck logins, CredentialCheck tickets) {
        this.authenticator = authenticator;
        this.logins = logins;
        this.tickets = tickets;
    }

    /**
     * A credential that has yet to be checked.
     *
     * @param check knows its kind
     * @param secret what the client offers
     */
    record Shown(CredentialCheck check, String secret) {

        Optional<Identity> identify() {
            return check.identify(secret);
        }

        /** Leaves the secret out: this text may reach a log. */
        @Override
        public String toString() {
            return "Shown";
        }
    }

    /** What a handshake shows; given the key or token in it, where this kind of socket has one. */
    Optional<Shown> shown(Handshake handshake, Optional<String> credential) {
        return parameter(handshake, TICKET, tickets)
                .or(() -> parameter(handshake, SESSION_TOKEN, logins))
                .or(() -> credential.map(text -> new Shown(authenticator, text)))
                .or(() -> handshake.loginCookie().map(text -> new Shown(logins, text)));
    }

    // The npm client sends the text "undefined" for a parameter that has no value.
    private static Optional<Shown> parameter(Handshake handshake, String name, CredentialCheck check) {
        return Optional.ofNullable(handshake.parameters().get(name))
                .filter(text -> !text.isEmpty() && !text.equals("undefined"))
                .map(text -> new Shown(check, text));
    }

    Optional<Identity> identify(String credential) {
        return authenticator.identify(credential);
    }
}
