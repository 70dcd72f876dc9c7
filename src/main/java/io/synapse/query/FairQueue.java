package io.synapse.query;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Who is next: the highest level first; inside a level the lines take turns; inside a line and a level the oldest comes
 * first. Not safe for use by many threads: the owner holds a lock.
 *
 * <p><b>Ageing.</b> Whoever is first of a line at a level, and waits there for an interval, rises by one level, up to the
 * top; so nobody waits for ever. The interval begins anew whenever the line has had a turn at that level: a line that has its
 * turns does not rise, however long it is, for then it would pass those who have just come to other lines.
 *
 * <p>Adding, removing and taking cost as much as a look at each level and the logarithm of the number of lines; nobody is
 * looked at who is not concerned. Each entry rises at most once for each level.
 *
 * @param <T> what waits
 */
final class FairQueue<T> {

    /** How many levels there are; they count from 0, the lowest. */
    static final int LEVELS = 10;

    private static final int TOP = LEVELS - 1;

    private final long ageing;
    private final List<Level> levels = new ArrayList<>();
    private final Set<Line> held = new LinkedHashSet<>();
    private long lines;

    /** A queue with nobody in it; {@code ageing} in nanoseconds. */
    FairQueue(long ageing) {
        this.ageing = ageing;
        for (int level = 0; level < LEVELS; level++) {
            levels.add(new Level());
        }
    }

    private final class Level {
        /** Whose turn may come, the next one first. */
        private final Set<Place> ring = new LinkedHashSet<>();

        /** All, those first who rise first. */
        private final TreeSet<Place> clocks = new TreeSet<>((a, b) ->
                a.since != b.since ? Long.signum(a.since - b.since) : Long.compare(a.line.number, b.line.number));

        private int waiting;
    }

    /** Those of one line who are at one level; not empty. */
    private final class Place {
        private final Line line;
        private final int level;
        private final Set<Entry> waiting = new LinkedHashSet<>();

        /** When the line had its last turn here. */
        private long served;

        /** Since when the first one waits for a turn. */
        private long since;

        private Place(Line line, int level, long now) {
            this.line = line;
            this.level = level;
            served = now;
        }

        private Entry first() {
            return waiting.iterator().next();
        }

        private void startClock() {
            long came = first().came;
            since = came - served > 0 ? came : served;
            levels.get(level).clocks.add(this);
        }
    }

    /** Those who wait for the same turns. */
    final class Line {
        private final long number = lines++;

        /** By level; null where nobody is. */
        private final List<Place> places = new ArrayList<>();

        private boolean isHeld;

        Line() {
            for (int level = 0; level < LEVELS; level++) {
                places.add(null);
            }
        }

        /** Has no turns until it is released. */
        void hold() {
            isHeld = true;
            held.add(this);
            for (int level = 0; level < LEVELS; level++) {
                levels.get(level).ring.remove(places.get(level));
            }
        }

        /** Has its turns again, after all others. */
        void release() {
            isHeld = false;
            held.remove(this);
            for (int level = 0; level < LEVELS; level++) {
                if (places.get(level) != null) {
                    levels.get(level).ring.add(places.get(level));
                }
            }
        }

        /** Lets somebody wait. */
        Entry add(T item, int level, long now) {
            // First, so that those who have come to the level by waiting are there before.
            promote(now);
            Entry entry = new Entry(this, item, level, now);
            entry.link();
            return entry;
        }

        boolean isHeld() {
            return isHeld;
        }
    }

    /** One who waits. */
    final class Entry {
        private final Line line;
        private final T item;
        private int level;
        private long came;
        private boolean waits;

        private Entry(Line line, T item, int level, long came) {
            this.line = line;
            this.item = item;
            this.level = level;
            this.came = came;
        }

        T item() {
            return item;
        }

        /** Waits no longer; false if it does not wait. */
        boolean remove() {
            if (!waits) {
                return false;
            }
            Place place = line.places.get(level);
            unlink(place, place.served);
            return true;
        }

        private void link() {
            waits = true;
            Level at = levels.get(level);
            at.waiting++;
            Place place = line.places.get(level);
            if (place != null) {
                place.waiting.add(this);
                return;
            }
            place = new Place(line, level, came);
            line.places.set(level, place);
            place.waiting.add(this);
            place.startClock();
            if (!line.isHeld) {
                at.ring.add(place);
            }
        }

        private void unlink(Place place, long served) {
            waits = false;
            Level at = levels.get(level);
            at.waiting--;
            // Out of the set before the time changes that it is sorted by.
            at.clocks.remove(place);
            place.waiting.remove(this);
            place.served = served;
            if (place.waiting.isEmpty()) {
                line.places.set(level, null);
                at.ring.remove(place);
            } else {
                place.startClock();
            }
        }

        private void rise(Place from) {
            long due = from.since + ageing;
            unlink(from, due);
            came = due;
            level++;
            link();
        }
    }

    // Every operation that comes with a time begins here, so those who are added come after all who have risen before.
    private void promote(long now) {
        for (int level = 0; level < TOP; level++) {
            TreeSet<Place> clocks = levels.get(level).clocks;
            while (!clocks.isEmpty() && now - clocks.first().since >= ageing) {
                Place place = clocks.first();
                place.first().rise(place);
            }
        }
    }

    /** Takes the next; null if there is none whose line is not held. */
    T poll(long now) {
        promote(now);
        for (int level = TOP; level >= 0; level--) {
            Set<Place> ring = levels.get(level).ring;
            if (!ring.isEmpty()) {
                Place place = ring.iterator().next();
                Entry next = place.first();
                ring.remove(place);
                next.unlink(place, now);
                if (!place.waiting.isEmpty()) {
                    ring.add(place);
                }
                return next.item;
            }
        }
        return null;
    }

    /**
     * Those who wait, in the order in which they would be taken if nothing happened meanwhile. Lines that are held come
     * in as if their turn were last.
     */
    void inOrder(long now, int limit, Consumer<T> each) {
        promote(now);
        int left = limit;
        for (int level = TOP; level >= 0 && left > 0; level--) {
            List<Iterator<Entry>> turns = turns(level);
            while (!turns.isEmpty() && left > 0) {
                List<Iterator<Entry>> more = new ArrayList<>();
                for (Iterator<Entry> turn : turns) {
                    if (left > 0) {
                        each.accept(turn.next().item);
                        left--;
                    }
                    if (turn.hasNext()) {
                        more.add(turn);
                    }
                }
                turns = more;
            }
        }
    }

    private List<Iterator<Entry>> turns(int level) {
        List<Iterator<Entry>> turns = new ArrayList<>();
        levels.get(level).ring.forEach(place -> turns.add(place.waiting.iterator()));
        for (Line line : held) {
            if (line.places.get(level) != null) {
                turns.add(line.places.get(level).waiting.iterator());
            }
        }
        return turns;
    }

    /** How many wait at a level. */
    int waiting(int level) {
        return levels.get(level).waiting;
    }

    /** How many wait. */
    int waiting() {
        int sum = 0;
        for (Level level : levels) {
            sum += level.waiting;
        }
        return sum;
    }
}
