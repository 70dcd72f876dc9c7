package io.synapse.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Which places of a {@link Window} belong to which life of the stream it copies. A life may come again after another. Not safe
 * for use by many threads.
 */
final class Lives {

    /** What comes after {@code base} belongs to it, at the offset {@code place - shift}. */
    private record Life(String epoch, long base, long shift, boolean lossBefore) {
        // The place at which something was lost is the beginning of the life that came then.
        boolean has(long place) {
            return lossBefore ? place >= base : place > base;
        }

        long lastBefore() {
            return lossBefore ? base - 1 : base;
        }
    }

    private final List<Life> all = new ArrayList<>();
    private boolean whole = true;

    String epoch() {
        return all.isEmpty() ? "" : newest().epoch();
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    void clear() {
        all.clear();
        whole = true;
    }

    int count() {
        return all.size();
    }

    private Life newest() {
        return all.get(all.size() - 1);
    }

    /** Places after {@code base} are of this life, whose offsets come after {@code offset}. */
    void begin(String epoch, long base, long offset, boolean lossBefore) {
        all.add(new Life(epoch, base, base - offset, lossBefore));
    }

    /** The place of an offset of the newest life. */
    long place(long offset) {
        return offset + newest().shift();
    }

    /** Forgets the oldest life; gives the last place before the one that is the oldest then. */
    long forgetOldest() {
        all.remove(0);
        whole = false;
        return all.get(0).lastBefore();
    }

    Position position(long place) {
        for (int i = all.size() - 1; i >= 0; i--) {
            Life life = all.get(i);
            if (life.has(place) || i == 0 && whole) {
                return new Position(life.epoch(), Math.max(0, place - life.shift()));
            }
        }
        // Its life is forgotten: a position that is found nowhere.
        return new Position("", Math.max(1, place));
    }

    OptionalLong find(Position position, long end) {
        String epoch = position.epoch().isEmpty() && position.offset() == 0 ? epoch() : position.epoch();
        OptionalLong found = OptionalLong.empty();
        for (int i = 0; i < all.size(); i++) {
            Life life = all.get(i);
            long place = position.offset() + life.shift();
            long last = i + 1 < all.size() ? all.get(i + 1).lastBefore() : end;
            // A life that came again begins behind what it had before: that is looked for in its earlier part.
            boolean inside = place > life.base() || found.isEmpty() && place == life.base() || i == 0 && whole;
            if (life.epoch().equals(epoch) && place <= last && inside) {
                found = OptionalLong.of(Math.max(0, place));
            }
        }
        return found;
    }

    boolean know(String epoch) {
        return all.stream().anyMatch(life -> life.epoch().equals(epoch));
    }

    /** Whether something of unknown size was lost between two places. */
    boolean lostBetween(long had, long to) {
        return all.stream().anyMatch(life -> life.lossBefore() && life.base() > had && life.base() <= to);
    }

    /**
     * The part of the places that one life has: after {@code base}, up to {@code last}; an offset in it is the place less
     * {@code shift}.
     */
    record Span(String epoch, long base, long last, long shift) {}

    /** The life that a place belongs to. */
    Span span(long place, long end) {
        long last = end;
        for (int i = all.size() - 1; i > 0; i--) {
            Life life = all.get(i);
            if (life.has(place)) {
                return new Span(life.epoch(), life.base(), last, life.shift());
            }
            last = life.lastBefore();
        }
        Life life = all.get(0);
        return new Span(life.epoch(), life.base(), last, life.shift());
    }
}
