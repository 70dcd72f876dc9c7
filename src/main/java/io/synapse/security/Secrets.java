package io.synapse.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Makes secrets and hashes them. A plain hash is enough for what has 256 random bits: there is nothing to guess. Safe for use by
 * many threads.
 */
public final class Secrets {

    /** Letters that every secret of its kind begins with, so that tools which look for leaked secrets find it. */
    public enum Prefix {
        /** A managed API key. */
        KEY("syk_"),
        /** The {@code session_token} of a login. */
        LOGIN("syl_"),
        /** A ticket. */
        TICKET("syt_");

        private final String letters;

        Prefix(String letters) {
            this.letters = letters;
        }

        /**
         * The letters.
         *
         * @return four characters
         */
        public String letters() {
            return letters;
        }
    }

    private static final int BYTES = 32;
    private static final HexFormat HEX = HexFormat.of();

    private final SecureRandom random = new SecureRandom();

    /**
     * A new secret.
     *
     * @return 64 hexadecimal digits, 256 random bits
     */
    public String next() {
        return hex(BYTES);
    }

    /**
     * Random digits.
     *
     * @param bytes how many
     * @return twice as many hexadecimal digits
     */
    public String hex(int bytes) {
        byte[] drawn = new byte[bytes];
        random.nextBytes(drawn);
        return HEX.formatHex(drawn);
    }

    /**
     * The SHA-256 hash of a text in UTF-8.
     *
     * @param secret any text
     * @return 64 hexadecimal digits
     */
    public static String hash(String secret) {
        return HEX.formatHex(digest(secret));
    }

    /**
     * Compares hashes in the same time, whatever they have in common.
     *
     * @param one a hash
     * @param other another
     * @return whether they are equal
     */
    public static boolean isSame(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }

    static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
