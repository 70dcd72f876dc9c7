package io.synapse.agent;

import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import java.util.concurrent.CompletionStage;

/** An engine whose place workers take, for the agents that they serve. Safe for use by many threads. */
public final class RemoteEngine implements QueryEngine {

    private final QueryEngine engine;
    private final String name;
    private final Workers workers;

    /**
     * Puts workers before an engine.
     *
     * @param engine answers for all agents that no worker serves
     * @param workers serve the others
     */
    public RemoteEngine(QueryEngine engine, Workers workers) {
        this.engine = engine;
        this.name = engine.name();
        this.workers = workers;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception {
        return workers.serve(question) ? workers.ask(question, context) : engine.answer(question, context);
    }
}
