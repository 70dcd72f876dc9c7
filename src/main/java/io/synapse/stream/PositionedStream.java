package io.synapse.stream;

import java.util.List;

/**
 * An append-only sequence of entries, each at an offset. Offsets start at 1 and count up by one. Safe for use by many
 * threads.
 *
 * <p><b>Reading and following.</b> A reader remembers the offset of the last entry it has and asks for what comes after.
 * To miss nothing it first follows and then reads: an append makes the entry readable before it tells the followers.
 *
 * <p><b>Epoch.</b> Offsets mean something only together with the epoch they were read in. A stream that was lost and
 * made again has another epoch, so a reader that comes back with the old one is told that it cannot be caught up instead
 * of being served the wrong entries.
 *
 * @param <E> what an entry holds; immutable
 */
public interface PositionedStream<E> {

    /** What {@link #append} returns when the stream is sealed. */
    long SEALED = 0;

    /**
     * Adds an entry at the end.
     *
     * @param entry not null
     * @return its offset, or {@link #SEALED} if the stream is sealed and nothing was added
     */
    long append(E entry);

    /**
     * Refuses every later {@link #append}, so that what {@link #conclude} adds comes last.
     *
     * @return the offset of the last entry appended, 0 if there is none; the same at every call
     */
    long seal();

    /**
     * Adds a closing entry to a sealed stream.
     *
     * @param entry not null
     * @return its offset
     * @throws IllegalStateException if the stream is not sealed
     */
    long conclude(E entry);

    /**
     * Reads what comes after an offset.
     *
     * @param after the offset of the last entry the reader has, 0 for none; past the end means the end
     * @param max how many entries at most, at least 1
     * @return the entries; see {@link Slice}
     */
    Slice<E> read(long after, int max);

    /**
     * Reads what comes before an offset, the newest first.
     *
     * @param before the offset of the oldest entry the reader has; past the end means after the last
     * @param max how many entries at most, at least 1
     * @return the entries, with the offset of the first, which is the newest; complete unless entries that were asked for
     *     are gone
     */
    Slice<E> readBackwards(long before, int max);

    /**
     * The offset of the last entry.
     *
     * @return 0 if nothing was ever appended
     */
    long end();

    /**
     * Which life of the stream the offsets belong to.
     *
     * @return never null, the same as long as the stream lives
     */
    String epoch();

    /**
     * The memory that the entries take which can still be read.
     *
     * @return bytes, as the sizes given for the entries add up
     */
    long bytes();

    /**
     * The memory of what comes after an offset, of what is kept.
     *
     * @param offset of the last entry that a reader has
     * @return bytes, as the sizes given for the entries add up
     */
    long bytesAfter(long offset);

    /**
     * Asks to be told of new entries.
     *
     * @param follower told after each append, on the thread that appended and with no lock held; it must be quick and
     *     must not throw. Several appends at a time may tell it concurrently
     * @return ends the following
     */
    Following follow(Runnable follower);

    /** A follower that is being told. */
    @FunctionalInterface
    interface Following {

        /** Ends it. A call that is under way may still arrive. */
        void end();
    }

    /**
     * What a read found.
     *
     * @param first the offset of the first entry, if there is one
     * @param entries in order, with no gap between them
     * @param complete false if entries after the asked offset are gone, so that there is a gap before {@code first}
     * @param <E> what an entry holds
     */
    record Slice<E>(long first, List<E> entries, boolean complete) {

        /** Copies the list. */
        public Slice {
            entries = List.copyOf(entries);
        }
    }
}
