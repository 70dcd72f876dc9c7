package io.synapse.security.limit;

/** What a message counts as. */
public enum Cost {
    /** Among everything that is said, and for nothing else: what keeps a connection going, or stops work. */
    NOTHING(Meter.ALL),
    /** As a message. */
    MESSAGE(Meter.ALL, Meter.MESSAGES),
    /** As a message and a query. */
    QUERY(Meter.ALL, Meter.MESSAGES, Meter.QUERIES),
    /** As a message and a publication. */
    PUBLISH(Meter.ALL, Meter.MESSAGES, Meter.PUBLISHES),
    /** As a query; what it is besides has been counted. */
    QUESTION(Meter.QUERIES);

    private final int[] buckets;

    Cost(int... buckets) {
        this.buckets = buckets;
    }

    int[] buckets() {
        return buckets;
    }
}
