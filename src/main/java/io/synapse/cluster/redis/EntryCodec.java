package io.synapse.cluster.redis;

/**
 * How what is published stands in Redis.
 *
 * @param <E> what is published; immutable
 */
public interface EntryCodec<E> {

    /**
     * The memory an entry takes on a node.
     *
     * @param entry it
     * @return bytes
     */
    int bytes(E entry);

    /**
     * What an entry says, for idempotency keys.
     *
     * @param entry it
     * @return a short text that is equal for equal entries only
     */
    String content(E entry);

    /**
     * Writes an entry.
     *
     * @param entry it
     * @return its bytes
     */
    byte[] encode(E entry);

    /**
     * Reads one.
     *
     * @param bytes what {@link #encode} wrote, on this node or on another
     * @return the entry
     * @throws IllegalArgumentException if they are nothing of that kind
     */
    E decode(byte[] bytes);
}
