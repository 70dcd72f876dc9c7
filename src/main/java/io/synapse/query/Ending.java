package io.synapse.query;

import io.synapse.engine.Answer;
import io.synapse.engine.EngineException;
import io.synapse.engine.TryAgainException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;

/**
 * How a query ends. Immutable.
 *
 * @param status the word of the result
 * @param reason why, for the engine that is told to stop and for the log
 * @param data what the result holds
 * @param stopsEngine whether the engine may still work and must be told
 */
record Ending(QueryStatus status, String reason, Map<String, ?> data, boolean stopsEngine) {

    private static final System.Logger LOGGER = System.getLogger(Ending.class.getName());

    /** The reason of a query whose node was lost. */
    static final String NODE_LOST = "node_lost";

    static Ending interrupted(String reason) {
        return new Ending(QueryStatus.INTERRUPTED, reason, Map.of("reason", reason), true);
    }

    static Ending timedOut(Duration after) {
        String reason = "timeout after " + after.toMillis() + " ms";
        return new Ending(QueryStatus.TIMEOUT, reason, Map.of("reason", "timeout"), true);
    }

    static Ending tooLong() {
        return failed("output_limit", "the answer is longer than this server allows", true);
    }

    /** Its node was taken for lost: for everybody else it has ended. */
    static Ending nodeLost() {
        return failed(NODE_LOST, "the node that ran the query was lost; ask again under another ref", true);
    }

    /** What became of an engine's work: its answer, or what it threw. Tells the log what clients must not see. */
    static Ending of(String engine, Answer answer, Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        if (failure == null && answer != null) {
            return new Ending(QueryStatus.SUCCESS, "answered", answer.data(), false);
        }
        try {
            if (failure instanceof EngineException known) {
                LOGGER.log(Level.INFO, "engine " + engine + " failed: " + known.reason(), known);
                return failed(known);
            }
            LOGGER.log(Level.WARNING, "engine " + engine + " failed", failure);
        } catch (RuntimeException e) {
            // An exception of an engine's own may fail when it is asked for its reason.
            LOGGER.log(Level.WARNING, "engine " + engine + " failed in a way that cannot be told", e);
        }
        return failed("engine_failure", "the engine failed; the server's log says why", false);
    }

    private static Ending failed(EngineException known) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("reason", known.reason());
        data.put("message", known.getMessage() == null ? "" : known.getMessage());
        if (known instanceof TryAgainException later) {
            data.put("retry_after_ms", later.retryAfter().toMillis());
        }
        return new Ending(QueryStatus.ERROR, known.reason(), data, false);
    }

    private static Ending failed(String reason, String message, boolean stopsEngine) {
        return new Ending(QueryStatus.ERROR, reason, Map.of("reason", reason, "message", message), stopsEngine);
    }
}
