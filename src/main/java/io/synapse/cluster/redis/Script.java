package io.synapse.cluster.redis;

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

    /** Reads it from this package's folder. */
    static Script of(String name) {
        return made(name, read(name));
    }

    /** Reads one that begins with what another file has, which it shares with others. */
    static Script of(String beginning, String name) {
        return made(name, text(read(beginning)) + '\n' + text(read(name)));
    }

    private static Script made(String name, String text) {
        return made(name, bytes(text));
    }

    private static Script made(String name, byte[] text) {
        try {
            byte[] sha = MessageDigest.getInstance("SHA-1").digest(text);
            return new Script(name, text, HexFormat.of().formatHex(sha));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }

    private static byte[] read(String name) {
        try (InputStream in = Script.class.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalArgumentException("there is no script " + name);
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
