package io.synapse.stream;

import java.util.List;
import java.util.OptionalLong;

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
 * <p><b>Lives.</b> A stream that copies another one, as a node's view of a topic does, may go on when that has begun another
 * life. What {@link #read} counts by then goes on, too, and {@link #position} and {@link #find} say what that is in the lives of
 * the stream. As long as there was one life only, both are the same.
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
     * Which life of the stream the newest offsets belong to.
     *
     * @return never null
     */
    String epoch();

    /**
     * What a place is for those who do not know this very stream.
     *
     * @param at the offset of the last entry before it, as {@link #read} counts
     * @return its epoch, and its offset there
     */
    default Position position(long at) {
        return new Position(epoch(), at);
    }

    /**
     * Where a reader goes on that comes back with a position.
     *
     * @param position of the last entry it has
     * @return to be given to {@link #read}; empty if it is no place of this stream
     */
    default OptionalLong find(Position position) {
        return position.isIn(epoch()) && position.offset() <= end()
                ? OptionalLong.of(position.offset())
                : OptionalLong.empty();
    }

    /**
     * Whether positions of an epoch mean something here.
     *
     * @param epoch it
     * @return whether some place has it
     */
    default boolean knows(String epoch) {
        return epoch().equals(epoch);
    }

    /**
     * How many entries a reader does not get that goes on behind what is gone.
     *
     * @param had the offset of the last entry it has
     * @param to the offset before the one that it gets next
     * @return how many; empty if nobody knows, because one life ended and another began
     */
    default OptionalLong missed(long had, long to) {
        return OptionalLong.of(to - had);
    }

    /**
     * Whether what {@link #read} gives may stop in front of entries that are gone, although more follow.
     *
     * @return false if nothing is ever gone between entries that are kept
     */
    default boolean hasHoles() {
        return false;
    }

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
