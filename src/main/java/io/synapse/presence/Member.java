package io.synapse.presence;

/** One place in a topic: one connection after another may have it. Guarded by its topic's lock. */
final class Member {

    private final PresenceOwner owner;
    private PresenceMeta meta;
    private Membership holder;

    Member(PresenceOwner owner) {
        this.owner = owner;
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
