package io.synapse.security;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Credentials of one request each, for what only the request itself can check, as the server's realm does with a name and a
 * password. Whoever handles the request sees one credential like any other. There are as many as there are requests under way.
 * Safe for use by many threads.
 */
public final class PassingCredentials implements CredentialCheck {

    private static final String PREFIX = "syr_";

    private final Secrets secrets;
    private final Map<String, Supplier<Optional<Identity>>> open = new ConcurrentHashMap<>();

    /**
     * None yet.
     *
     * @param secrets makes credentials that nobody can guess
     */
    public PassingCredentials(Secrets secrets) {
        this.secrets = secrets;
    }

    /**
     * Makes a credential.
     *
     * @param check asked, each time, when somebody wants to know whose it is, on the thread of that
     * @return the credential; {@link #forget} it when the request has ended
     */
    public String open(Supplier<Optional<Identity>> check) {
        String credential = PREFIX + secrets.next();
        open.put(credential, check);
        return credential;
    }

    /**
     * Ends a credential.
     *
     * @param credential that {@link #open} made
     */
    public void forget(String credential) {
        open.remove(credential);
    }

    @Override
    public Optional<Identity> identify(String credential) {
        Supplier<Optional<Identity>> check = credential.startsWith(PREFIX) ? open.get(credential) : null;
        return check == null ? Optional.empty() : check.get();
    }
}
