package io.synapse.cluster;

import java.util.Optional;

/** What this node and the others are together; of a node alone, or of one of many. Safe for use by many threads. */
public interface Cluster {

    /**
     * Which nodes there are.
     *
     * @return the same at every call
     */
    Nodes nodes();

    /**
     * How they talk to each other.
     *
     * @return the same at every call
     */
    Post post();

    /** Begins to take part, when everything that watches nodes or handles messages is there. To be called once. */
    void start();

    /**
     * What keeps this node from working with the others at the moment. It goes on by itself meanwhile.
     *
     * @return one line for an operator; empty if nothing does, and for a node alone
     */
    Optional<String> trouble();

    /** Takes part no more, so that nobody takes this node for lost. May wait a moment. */
    void stop();
}
