package io.synapse.security;

import io.synapse.config.ApiKeyConfig;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The API keys of this node, held only as SHA-256 hashes. A plain hash is right here, unlike for passwords: keys are
 * random and long, so there is nothing to guess. Safe for use by many threads.
 */
public final class ApiKeys implements CredentialCheck {

    /** The key that development mode accepts. */
    public static final String DEVELOPMENT_KEY = "test_key";

    private record Entry(byte[] hash, Identity identity) {}

    private final List<Entry> entries;

    /**
     * Takes the configured keys.
     *
     * @param keys the keys
     * @param development whether {@link #DEVELOPMENT_KEY} is one more
     */
    public ApiKeys(List<ApiKeyConfig> keys, boolean development) {
        List<Entry> all = new ArrayList<>();
        for (ApiKeyConfig key : keys) {
            all.add(new Entry(
                    HexFormat.of().parseHex(key.sha256()),
                    new Identity(
                            key.name(),
                            key.tenant(),
                            key.agents(),
                            Set.of(),
                            key.roles().isEmpty() ? Set.of(Role.USER) : Role.of(key.roles()),
                            Credential.ofKey(key.name()))));
        }
        if (development) {
            Identity developer = new Identity("development", Set.of(), EnumSet.allOf(Role.class));
            all.add(new Entry(Secrets.digest(DEVELOPMENT_KEY), developer.with(Credential.DEVELOPMENT)));
        }
        entries = List.copyOf(all);
    }

    /**
     * Finds out whose key this is. Takes as long for a wrong key as for a right one, and tells nothing of how much of it
     * was right.
     *
     * @param key what the client offers
     * @return who it is, or empty if it is nobody's key
     */
    @Override
    public Optional<Identity> identify(String key) {
        byte[] hash = Secrets.digest(key);
        Identity found = null;
        for (Entry entry : entries) {
            if (MessageDigest.isEqual(entry.hash(), hash)) {
                found = entry.identity();
            }
        }
        return Optional.ofNullable(found);
    }

    /**
     * Whether there is any key.
     *
     * @return false if nobody can be identified
     */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /**
     * Whether a key has this name.
     *
     * @param name a name
     * @return false for the development key, too, which nobody can revoke
     */
    public boolean isName(String name) {
        return identities().stream().anyMatch(identity -> identity.subject().equals(name));
    }

    /**
     * Whose keys they are.
     *
     * @return one for each key of the configuration
     */
    public List<Identity> identities() {
        return entries.stream()
                .map(Entry::identity)
                .filter(identity -> identity.credential().kind() == Credential.Kind.API_KEY)
                .toList();
    }
}
