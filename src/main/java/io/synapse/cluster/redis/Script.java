package io.synapse.cluster.redis;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A Lua script, which Redis runs as one step.
 *
 * @param name of its file, without {@code .lua}
 * @param text of the script
 * @param sha what Redis knows it by
 */
record Script(String name, byte[] text, String sha) {

    /** Reads it from this package's folder: from one file, or from several, one after the other; the last names it. */
    static Script of(String... files) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (String file : files) {
            text.writeBytes(read(file));
        }
        try {
            byte[] sha = MessageDigest.getInstance("SHA-1").digest(text.toByteArray());
            return new Script(
                    files[files.length - 1], text.toByteArray(), HexFormat.of().formatHex(sha));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private static byte[] read(String file) {
        try (InputStream in = Script.class.getResourceAsStream(file + ".lua")) {
            if (in == null) {
                throw new IllegalArgumentException("there is no script " + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes of a text. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The bytes of a number. */
    static byte[] bytes(long number) {
        return bytes(Long.toString(number));
    }

    /** The text of bytes. */
    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    // Two are the same if they say the same; arrays would compare by identity.
    @Override
    public boolean equals(Object other) {
        return other instanceof Script script && sha.equals(script.sha);
    }

    @Override
    public int hashCode() {
        return sha.hashCode();
    }

    @Override
    public String toString() {
        return name + ".lua";
    }
}
