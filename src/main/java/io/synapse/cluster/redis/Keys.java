package io.synapse.cluster.redis;

/**
 * The names of keys and channels. What one script touches has one slot of a Redis Cluster: the part in braces decides it.
 *
 * @param prefix what all begin with
 */
record Keys(String prefix) {

    /** A key or a channel of its own. */
    String of(String kind) {
        return prefix + ':' + kind;
    }

    /** A key or a channel of one thing; all of the same thing are in one slot. */
    String of(String kind, String name) {
        return prefix + ':' + kind + ":{" + safe(name) + '}';
    }

    // A brace would end the part that decides the slot.
    private static String safe(String name) {
        return name.replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
    }
}
