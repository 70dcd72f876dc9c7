package io.synapse.presence;

/**
 * A member, as nodes tell each other of it. What was said of a place with the higher version is newer; of two that took it at
 * once, the one on the node with the greater name has it.
 *
 * @param id what all nodes know the place by
 * @param node where it is
 * @param version how often the place has changed, on all nodes
 * @param held whether its client has gone and may come back
 * @param owner whose it is
 * @param number its place in the order of coming
 * @param meta what is known of it
 */
public record SharedMember(
        String id, String node, long version, boolean held, PresenceOwner owner, long number, PresenceMeta meta) {

    /** Whether this is newer than what is known of a place. */
    boolean supersedes(Member known) {
        return version > known.version() || version == known.version() && node.compareTo(known.node()) > 0;
    }
}
