package io.synapse.platform;

import java.security.SecureRandom;
import java.util.Base64;

/** {@link Ids} from {@link SecureRandom}. Safe for use by many threads. */
public final class RandomIds implements Ids {

    private static final int BYTES = 16;

    private final SecureRandom random = new SecureRandom();

    @Override
    public String next() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
