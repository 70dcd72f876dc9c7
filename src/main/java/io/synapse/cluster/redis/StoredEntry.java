package io.synapse.cluster.redis;

import io.synapse.stream.Position;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An entry as it stands in Redis.
 *
 * @param position where
 * @param at when it was published, in milliseconds
 * @param id what its publisher calls it
 * @param entry what was published
 * @param <E> its type
 */
record StoredEntry<E>(Position position, long at, String id, E entry) {

    private static final int HEADS = 4;

    /** One that was published: a line with epoch, offset, time and id, and then the entry. */
    static <E> StoredEntry<E> ofMessage(byte[] message, EntryCodec<E> codec) {
        int line = 0;
        while (line < message.length && message[line] != '\n') {
            line++;
        }
        String[] heads = new String(message, 0, line, StandardCharsets.UTF_8).split(" ", -1);
        if (line == message.length || heads.length != HEADS) {
            throw new IllegalArgumentException("no entry of a topic");
        }
        return new StoredEntry<>(
                new Position(heads[0], Long.parseLong(heads[1])),
                Long.parseLong(heads[2]),
                heads[3],
                codec.decode(Arrays.copyOfRange(message, line + 1, message.length)));
    }
}
