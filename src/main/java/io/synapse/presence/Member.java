package io.synapse.presence;

import java.util.Comparator;

/** One place in a topic: one connection after another may have it. Guarded by its topic's lock. */
final class Member {

    /** Those with lower numbers came first; ties, of members that came to different nodes at once, are told apart by id. */
    static final Comparator<Member> BY_COMING =
            Comparator.comparingLong(Member::number).thenComparing(Member::id);

    private final PresenceOwner owner;
    private final String id;
    private final long number;
    private PresenceMeta meta;
    private Membership holder;
    private String node;
    private long version;
    private boolean presumed;

    Member(PresenceOwner owner, String id, long number, String node) {
        this.owner = owner;
        this.id = id;
        this.number = number;
        this.node = node;
    }

    /** What all nodes know the place by. */
    String id() {
        return id;
    }

    /** Its place in the order of coming. */
    long number() {
        return number;
    }

    /** The node it is on. */
    String node() {
        return node;
    }

    /** How often the place has changed, on all nodes. */
    long version() {
        return version;
    }

    /** The place is on a node now, and so often it has changed. */
    void move(String to, long changes) {
        node = to;
        version = changes;
    }

    /** Whether it is held back only because its node cannot be asked. */
    boolean isPresumed() {
        return presumed;
    }

    void presume(boolean gone) {
        presumed = gone;
    }

    /** As other nodes are told. */
    SharedMember shared(boolean held) {
        return new SharedMember(id, node, version, held, owner, number, meta);
    }

    PresenceOwner owner() {
        return owner;
    }

    String key() {
        return owner.key();
    }

    PresenceMeta meta() {
        return meta;
    }

    void describe(PresenceMeta now) {
        meta = now;
    }

    /** Whose place it is now; null while it is held back, and once it is gone. */
    Membership holder() {
        return holder;
    }

    void give(Membership to) {
        holder = to;
    }
}
