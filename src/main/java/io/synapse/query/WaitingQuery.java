package io.synapse.query;

/**
 * A query that waits for its turn.
 *
 * @param query it
 * @param environment what all queries share
 */
record WaitingQuery(RunningQuery query, QueryEnvironment environment) implements QueryScheduler.Candidate {
    @Override
    public void run() {
        query.run();
    }

    @Override
    public void waitsAt(int position) {
        tell(position, environment.config().fairness().positionInterval().toNanos());
    }

    /** Tells those who follow, not more often than once in so many nanoseconds. */
    void tell(int position, long interval) {
        long now = environment.ticker().read();
        query.flow().forEach(viewer -> viewer.waitsAt(position, now, interval));
    }
}
