package io.synapse.stream;

import java.util.Collection;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/** Frees memory of many topics: what is oldest goes first, whichever topic it is of. */
final class OldestFirst {

    private record Candidate<E>(MemoryTopic<E> topic, long age) {}

    private OldestFirst() {}

    static <E> void drop(Collection<MemoryTopic<E>> topics, long now, BooleanSupplier enough) {
        Queue<Candidate<E>> oldestFirst =
                new PriorityQueue<>(Comparator.comparingLong((Candidate<E> candidate) -> candidate.age())
                        .reversed());
        topics.forEach(topic -> add(oldestFirst, topic, now));
        while (!oldestFirst.isEmpty() && !enough.getAsBoolean()) {
            MemoryTopic<E> topic = oldestFirst.remove().topic();
            topic.dropOldest(now);
            add(oldestFirst, topic, now);
        }
    }

    private static <E> void add(Queue<Candidate<E>> oldestFirst, MemoryTopic<E> topic, long now) {
        long age = topic.oldestAge(now);
        // What is younger than now came while this ran, and stays.
        if (age >= 0) {
            oldestFirst.add(new Candidate<>(topic, age));
        }
    }
}
