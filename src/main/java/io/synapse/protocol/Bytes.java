package io.synapse.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A piece of binary payload. Immutable. */
public final class Bytes {

    private final byte[] value;

    private Bytes(byte[] value) {
        this.value = value;
    }

    /**
     * A copy of an array.
     *
     * @param value the bytes
     * @return a value of its own
     */
    public static Bytes copyOf(byte[] value) {
        return new Bytes(value.clone());
    }

    /**
     * A copy of what a buffer has left.
     *
     * @param buffer read to its end
     * @return a value of its own
     */
    static Bytes copyOf(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(copy);
        return new Bytes(copy);
    }

    /** Takes over an array that nobody else has. */
    static Bytes owning(byte[] value) {
        return new Bytes(value);
    }

    void appendTo(ByteBuffer buffer) {
        buffer.put(value);
    }

    void appendTo(ByteArrayOutputStream out) {
        out.writeBytes(value);
    }

    /**
     * The bytes.
     *
     * @return a copy
     */
    public byte[] toArray() {
        return value.clone();
    }

    /**
     * How many bytes there are.
     *
     * @return 0 or more
     */
    public int length() {
        return value.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(value, bytes.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return value.length + " bytes";
    }
}
