package io.synapse.cluster;

import java.util.Set;

/** A node that knows of no other. */
final class AloneNodes implements Nodes {

    private final String self;

    /**
     * A node alone.
     *
     * @param self its name
     */
    AloneNodes(String self) {
        this.self = self;
    }

    @Override
    public String self() {
        return self;
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public Set<String> live() {
        return Set.of(self);
    }

    @Override
    public boolean holdsLease() {
        return true;
    }

    @Override
    public void watch(Watcher watcher) {
        // Nothing ever happens.
    }
}
