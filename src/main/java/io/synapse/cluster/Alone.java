package io.synapse.cluster;

import java.util.Optional;

/** A node that knows of no other. */
public final class Alone implements Cluster {

    private final Nodes nodes;
    private final Post post;

    /**
     * A node alone.
     *
     * @param self its name
     */
    public Alone(String self) {
        nodes = new AloneNodes(self);
        post = new AlonePost(self);
    }

    @Override
    public Nodes nodes() {
        return nodes;
    }

    @Override
    public Post post() {
        return post;
    }

    @Override
    public void start() {
        // There is nobody to work with.
    }

    @Override
    public Optional<String> trouble() {
        return Optional.empty();
    }

    @Override
    public void stop() {
        // Nobody would miss it.
    }
}
