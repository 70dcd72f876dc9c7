package io.synapse.engine;

import java.util.concurrent.CompletionStage;

/**
 * What answers queries. An engine is an {@code @ApplicationScoped} CDI bean; the configuration property {@code
 * synapse.engine} chooses one by its {@link #name()}.
 *
 * <p><b>Threads.</b> {@link #answer} is called concurrently for different queries, each call on a managed worker thread
 * of its own. A blocking engine works on that thread and returns a completed stage; an asynchronous one returns at once
 * and completes the stage later. A query holds one of the {@code synapse.query.max-concurrent} places until both the
 * call has returned and the stage is complete.
 *
 * <p><b>Interrupts and time-outs.</b> When a query is to stop, the callbacks of its {@link CancellationToken} run, the
 * worker thread is interrupted if the call has not returned, and every later {@link QueryContext#emit emit} throws
 * {@link QueryCancelledException}. An engine must then end soon; how it ends no longer matters to the client. An engine
 * that goes on is reported by a watchdog.
 *
 * <p><b>Failure.</b> Anything thrown, or an exceptionally completed stage, ends this one query with an {@code error}
 * result. An {@link EngineException} chooses the reason the client sees; of any other exception the client learns only
 * {@code engine_failure}, and the log the rest.
 */
public interface QueryEngine {

    /**
     * The name by which the configuration chooses this engine.
     *
     * @return lower-case, not empty, the same at every call
     */
    String name();

    /**
     * Answers one query.
     *
     * @param question what is asked
     * @param context where thoughts go and where the wish to stop is seen; valid until the query has ended
     * @return completes with the answer; never null
     * @throws Exception any failure; it ends this query with an {@code error} result
     */
    CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception;
}
