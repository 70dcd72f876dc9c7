package io.synapse.operations;

import io.synapse.connection.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Which connection is closed at which beat of a drain: at most a batch at each. Not safe for use by many threads. Holds no
 * connection that is not to be closed.
 */
final class Departures {

    private final int batch;
    private final RandomGenerator random;
    private final TreeMap<Long, List<Connection>> byBeat = new TreeMap<>();
    private final Map<Connection, Long> beats = new HashMap<>();

    Departures(int batch, RandomGenerator random) {
        this.batch = batch;
        this.random = random;
    }

    /** A connection and when it is closed. */
    record Departure(Connection connection, long beat) {}

    /**
     * Spreads connections, in an order of no meaning.
     *
     * @param leaving none of them planned
     * @param from the first beat that may be
     * @param over how many beats there are for them; more are taken if that is too few
     */
    List<Departure> plan(List<Connection> leaving, long from, long over) {
        List<Connection> shuffled = new ArrayList<>(leaving);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            shuffled.set(i, shuffled.set(other, shuffled.get(i)));
        }
        int count = shuffled.size();
        double span = Math.max(over, (double) count / batch);
        List<Departure> planned = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long wanted = from + (long) ((i + random.nextDouble()) * span / count);
            planned.add(place(shuffled.get(i), wanted));
        }
        return planned;
    }

    private Departure place(Connection connection, long wanted) {
        long beat = wanted;
        while (byBeat.getOrDefault(beat, List.of()).size() >= batch) {
            beat++;
        }
        byBeat.computeIfAbsent(beat, key -> new ArrayList<>()).add(connection);
        beats.put(connection, beat);
        return new Departure(connection, beat);
    }

    /** Takes out those whose beat it is. */
    List<Connection> due(long beat) {
        List<Connection> due = byBeat.remove(beat);
        if (due == null) {
            return List.of();
        }
        due.forEach(beats::remove);
        return due;
    }

    boolean contains(Connection connection) {
        return beats.containsKey(connection);
    }
}
