package io.synapse.security.key;

import io.synapse.security.CredentialCheck;
import io.synapse.security.Identity;
import java.util.Optional;

/** Signed tokens, of which those that were made with a key count only as long as the key does. Safe for use by many threads. */
public final class KeyTokens implements CredentialCheck {

    private final CredentialCheck tokens;
    private final ManagedKeys keys;

    /**
     * Tokens and the keys they are made with.
     *
     * @param tokens checks signatures and times
     * @param keys knows which keys count
     */
    public KeyTokens(CredentialCheck tokens, ManagedKeys keys) {
        this.tokens = tokens;
        this.keys = keys;
    }

    @Override
    public Optional<Identity> identify(String credential) {
        return tokens.identify(credential)
                .filter(identity -> identity.credential().source().isEmpty()
                        || keys.isGood(identity.credential().source()));
    }
}
