package io.synapse.stream;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a stream.
 *
 * @param epoch which life of the stream
 * @param offset of the last entry before the place, 0 for the beginning
 */
public record Position(String epoch, long offset) {

    private static final String LOCAL = "local-";
    private static final Pattern HOME = Pattern.compile(LOCAL + "[^.]+\\.(\\d{1,18})\\.(.+)");

    /** Checks that it can be one. */
    public Position {
        Objects.requireNonNull(epoch, "epoch");
        if (offset < 0) {
            throw new IllegalArgumentException("an offset is not negative: " + offset);
        }
    }

    /**
     * The epoch of a life that a stream has on one node only, while the nodes cannot reach each other. It names the place at
     * which that node left the life that all share, so that any other node can go on from there.
     *
     * @param id a name that no other such life has; without full stops
     * @param home the last place of the shared life that the node knows, if it knows any
     * @return the epoch
     */
    public static String localEpoch(String id, Optional<Position> home) {
        return LOCAL + id + home.map(at -> "." + at.offset() + "." + at.epoch()).orElse("");
    }

    /**
     * Whether this is a place in a life of one node only.
     *
     * @return true for an epoch made by {@link #localEpoch}
     */
    public boolean isLocal() {
        return epoch.startsWith(LOCAL);
    }

    /**
     * Where the life of one node only left that of all.
     *
     * @return the place in the life of all; empty if this place is there itself, or that node knew none
     */
    public Optional<Position> home() {
        Matcher matcher = HOME.matcher(epoch);
        return matcher.matches()
                ? Optional.of(new Position(matcher.group(2), Long.parseLong(matcher.group(1))))
                : Optional.empty();
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
