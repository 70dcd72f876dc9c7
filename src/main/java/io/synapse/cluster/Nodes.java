package io.synapse.cluster;

import java.util.Set;

/**
 * The nodes that share their state, of which this is one. A node has a <b>lease</b>, which it renews; one that has not
 * renewed it in time is lost, and whoever sees that cleans up behind it. Safe for use by many threads; nothing waits.
 */
public interface Nodes {

    /**
     * The name of this node, another one after each start.
     *
     * @return printable, at most 100 characters
     */
    String self();

    /**
     * Whether there can be others.
     *
     * @return false on a node alone; then nothing of what follows ever happens
     */
    boolean isShared();

    /**
     * The nodes whose lease runs, as last seen.
     *
     * @return this one included, also while it knows of no other
     */
    Set<String> live();

    /**
     * Whether no other node can take this one for lost at this moment: it was renewed less than a lease ago, counted from
     * before it was asked for.
     *
     * @return always true on a node alone
     */
    boolean holdsLease();

    /**
     * Asks to be told of nodes.
     *
     * @param watcher told from now on
     */
    void watch(Watcher watcher);

    /** Told of nodes, on a managed thread, one call at a time; must not throw. */
    interface Watcher {

        /**
         * A node is lost: its lease has run out. Said by every node that sees it, and again at each renewal for as long as
         * the lost node is remembered: cleaning up must cost little where nothing is left, and take effect once.
         *
         * @param node which
         */
        default void lost(String node) {}

        /** This node's own lease had run out, and it has a new one: others may have cleaned up behind it meanwhile. */
        default void lapsed() {}

        /** This node's lease was renewed. The place to renew what lives as long as the node does. */
        default void renewed() {}

        /**
         * The others can be reached again after they could not, or for the first time: what was missed meanwhile has to be
         * looked up.
         */
        default void back() {}

        /** The others cannot be reached any more. */
        default void away() {}
    }
}
