package io.synapse.security;

import java.util.Optional;

/** Finds out who offers a credential, whatever kind it is. Safe for use by many threads. */
public final class Authenticator {

    private final ApiKeys keys;
    private final HandshakeTokens tokens;

    /**
     * Asks both.
     *
     * @param keys the API keys
     * @param tokens the signed tokens
     */
    public Authenticator(ApiKeys keys, HandshakeTokens tokens) {
        this.keys = keys;
        this.tokens = tokens;
    }

    /**
     * Finds out who offers a credential.
     *
     * @param credential an API key or a signed token
     * @return who it is, or empty
     */
    public Optional<Identity> identify(String credential) {
        Optional<Identity> byKey = keys.identify(credential);
        return byKey.isPresent() ? byKey : tokens.verify(credential);
    }

    /**
     * Finds out whose API key a credential is; a token is nobody's.
     *
     * @param credential what the client offers
     * @return who it is, or empty
     */
    public Optional<Identity> identifyByKey(String credential) {
        return keys.identify(credential);
    }
}
