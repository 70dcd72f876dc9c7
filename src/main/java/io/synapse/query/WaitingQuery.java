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
        long now = environment.ticker().read();
        long interval = environment.config().fairness().positionInterval().toNanos();
        query.flow().forEach(viewer -> viewer.waitsAt(position, now, interval));
    }
}
