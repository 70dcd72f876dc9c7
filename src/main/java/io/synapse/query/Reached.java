package io.synapse.query;

/** What came of looking for a query on all nodes. */
public enum Reached {
    /** It is known here now. */
    HERE,
    /** Nobody knows it. */
    UNKNOWN,
    /** It could not be looked up, or there is no room for it here. */
    UNREACHABLE
}
