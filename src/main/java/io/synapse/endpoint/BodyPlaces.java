package io.synapse.endpoint;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.Map;

/**
 * How many requests may still be sending their body at a time: one that comes slowly holds a thread of the server all the while, and the
 * smallest pool of a server has ten. Safe for use by many threads.
 */
@ApplicationScoped
public class BodyPlaces {

    static final int ALL = 5;
    static final int OF_AN_ADDRESS = 2;

    private final Map<String, Integer> taken = new HashMap<>();
    private int all;

    /** Takes a place for a client; false if there is none. */
    synchronized boolean enter(String address) {
        int mine = taken.getOrDefault(address, 0);
        if (all >= ALL || mine >= OF_AN_ADDRESS) {
            return false;
        }
        taken.put(address, mine + 1);
        all++;
        return true;
    }

    /** Gives it back. */
    synchronized void leave(String address) {
        if (taken.merge(address, -1, Integer::sum) == 0) {
            taken.remove(address);
        }
        all--;
    }
}
