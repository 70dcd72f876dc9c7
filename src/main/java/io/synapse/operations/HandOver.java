package io.synapse.operations;

/** What becomes of the queries of a node that is drained. */
@FunctionalInterface
public interface HandOver {

    /** Queries are known to this node alone: whoever follows one has to wait here for its end. */
    HandOver NONE = () -> false;

    /**
     * Whether other nodes know the queries that run here: then whoever follows one may be sent to another node at once, and
     * goes on there, while the query still runs here.
     *
     * @return at this moment; asked again and again
     */
    boolean isPossible();
}
