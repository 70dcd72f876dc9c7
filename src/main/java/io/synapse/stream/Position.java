package io.synapse.stream;

import java.util.Objects;

/**
 * A place in a stream.
 *
 * @param epoch which life of the stream
 * @param offset of the last entry before the place, 0 for the beginning
 */
public record Position(String epoch, long offset) {

    /** Checks that it can be one. */
    public Position {
        Objects.requireNonNull(epoch, "epoch");
        if (offset < 0) {
            throw new IllegalArgumentException("an offset is not negative: " + offset);
        }
    }

    /**
     * Whether this place is one of a stream. The very beginning needs no epoch: every life of a stream begins at 0.
     *
     * @param streamEpoch the stream's present epoch
     * @return whether the offset means something there
     */
    public boolean isIn(String streamEpoch) {
        return epoch.equals(streamEpoch) || offset == 0 && epoch.isEmpty();
    }
}
