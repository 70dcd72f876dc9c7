package io.synapse.query;

import io.synapse.budget.Budgets;
import io.synapse.config.QueryConfig;
import io.synapse.config.ReplayConfig;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.stream.MemoryStream;
import io.synapse.stream.PositionedStream;
import io.synapse.stream.StreamBounds;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * What all queries of a node share.
 *
 * @param config the bounds
 * @param clock the calendar
 * @param ticker elapsed time
 * @param timers for time-outs
 * @param ids for epochs
 * @param counters for what happens
 * @param callbacks runs the actions that engines register for the case of a stop
 * @param budgets what each subject has used of what it may
 * @param replay the bounds on replays
 * @param runaways the engines that go on after the end of their query
 */
public record QueryEnvironment(
        QueryConfig config,
        Clock clock,
        Ticker ticker,
        Timers timers,
        Ids ids,
        Counters counters,
        Executor callbacks,
        Budgets budgets,
        ReplayConfig replay,
        Runaways runaways) {

    /**
     * An environment without budgets, and in which no engine goes on yet.
     *
     * @param config the bounds
     * @param clock the calendar
     * @param ticker elapsed time
     * @param timers for time-outs
     * @param ids for epochs
     * @param counters for what happens
     * @param callbacks runs the actions that engines register for the case of a stop
     */
    public QueryEnvironment(
            QueryConfig config,
            Clock clock,
            Ticker ticker,
            Timers timers,
            Ids ids,
            Counters counters,
            Executor callbacks) {
        this(
                config,
                clock,
                ticker,
                timers,
                ids,
                counters,
                callbacks,
                Budgets.unlimited(clock),
                ReplayConfig.DEFAULT,
                new Runaways());
    }

    // Beyond the thoughts: the news of an interrupt and the result.
    private static final int CLOSING_ENTRIES = 2;
    private static final Duration FOREVER = Duration.ofDays(36_500);

    /** The stream of one query. A query ends before its stream would have to drop anything, so nothing in it is lost. */
    PositionedStream<QueryEvent> newStream() {
        // Several threads of one engine may pass the limit together, each by one thought.
        long bytes = 4L * config.maxOutputBytes();
        int count = (int) Math.min(Integer.MAX_VALUE, 2L * config.maxThoughts() + CLOSING_ENTRIES);
        return new MemoryStream<>(ids.next(), new StreamBounds(count, bytes, FOREVER), QueryEvent::bytes, ticker);
    }
}
