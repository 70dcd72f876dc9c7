package io.synapse.stream;

import java.util.Collection;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/** Frees memory of many topics: what is oldest goes first, whichever topic it is of. */
public final class OldestFirst {

    /** Something that keeps things of some age. */
    public interface Ageing {

        /**
         * How old the oldest thing is.
         *
         * @param now the time, of the kind that all have in common
         * @return its age; negative if there is nothing
         */
        long oldestAge(long now);

        /**
         * Gives up the oldest thing.
         *
         * @param now the time
         */
        void dropOldest(long now);
    }

    private record Candidate(Ageing topic, long age) {}

    private OldestFirst() {}

    /**
     * Frees memory.
     *
     * @param topics what there is
     * @param now the time
     * @param enough whether that will do
     */
    public static void drop(Collection<? extends Ageing> topics, long now, BooleanSupplier enough) {
        Queue<Candidate> oldestFirst =
                new PriorityQueue<>(Comparator.comparingLong(Candidate::age).reversed());
        topics.forEach(topic -> add(oldestFirst, topic, now));
        while (!oldestFirst.isEmpty() && !enough.getAsBoolean()) {
            Ageing topic = oldestFirst.remove().topic();
            topic.dropOldest(now);
            add(oldestFirst, topic, now);
        }
    }

    private static void add(Queue<Candidate> oldestFirst, Ageing topic, long now) {
        long age = topic.oldestAge(now);
        // What is younger than now came while this ran, and stays.
        if (age >= 0) {
            oldestFirst.add(new Candidate(topic, age));
        }
    }
}
