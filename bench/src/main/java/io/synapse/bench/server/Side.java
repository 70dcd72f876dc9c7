package io.synapse.bench.server;

import java.util.Locale;

/** The two applications that are compared. */
public enum Side {
    /** Synapse. */
    SYNAPSE(""),
    /** The endpoint without logic. */
    BARE("/bare");

    private final String context;

    Side(String context) {
        this.context = context;
    }

    String context() {
        return context;
    }

    /**
     * The name in reports.
     *
     * @return lower-case
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
