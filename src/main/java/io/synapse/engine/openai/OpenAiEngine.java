package io.synapse.engine.openai;

import io.synapse.config.OpenAiConfig;
import io.synapse.config.SynapseConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Toolbox.Offer;
import io.synapse.platform.ManagedPool;
import io.synapse.platform.TaskQueue;
import io.synapse.platform.Ticker;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Answers with a language model behind any endpoint that speaks OpenAI's streamed chat completions.
 *
 * <p>Each piece becomes a thought as it comes: {@code text} for the answer, {@code reasoning} for what the model thinks
 * before, {@code tool_call} for what it wants to call (a JSON object of {@code index}, {@code id}, {@code name} and a piece
 * of {@code arguments}), {@code tool_result} for what a call gave, and {@code retry} when a request is repeated. A model that
 * may call tools is asked again with what they gave, until it calls no more. The data is {@code answer}, {@code model}, {@code
 * finish_reason} and {@code usage}.
 *
 * <p>A request that failed before its first piece is repeated, up to {@code synapse.openai.retries} times; later nothing
 * is, as the client has seen the beginning. An upstream that goes on failing is not asked for a while. Safe for use by
 * many threads; works on the calling thread.
 */
@ApplicationScoped
public class OpenAiEngine implements QueryEngine {

    /** How many threads of the pool the HTTP client takes at a time, at most; they hand over bytes and never wait. */
    public static final int HTTP_THREADS = 2;

    private static final String NAME = "openai";
    private final OpenAiConfig config;
    private final boolean isChosen;
    private final Executor executor;
    private final Clock clock;
    private final Ticker ticker;
    private volatile Upstream upstream;

    /** For the proxy of CDI only. */
    protected OpenAiEngine() {
        this(null, false, null, null, null);
    }

    /**
     * An engine that has not connected to anything yet.
     *
     * @param config the configuration of this node
     * @param pool gives the threads of the HTTP client
     * @param clock reads dates of {@code Retry-After}
     * @param ticker measures how long the model takes
     */
    @Inject
    public OpenAiEngine(SynapseConfig config, ManagedPool pool, Clock clock, Ticker ticker) {
        this(config.openAi(), config.query().engine().equals(NAME), new TaskQueue(pool, HTTP_THREADS), clock, ticker);
    }

    OpenAiEngine(OpenAiConfig config, boolean isChosen, Executor executor, Clock clock, Ticker ticker) {
        this.config = config;
        this.isChosen = isChosen;
        this.executor = executor;
        this.clock = clock;
        this.ticker = ticker;
    }

    @PostConstruct
    void start() {
        if (isChosen) {
            upstream();
        }
    }

    private synchronized Upstream upstream() {
        if (upstream == null) {
            upstream = new Upstream(config, executor, clock, ticker);
        }
        return upstream;
    }

    @Override
    public String name() {
        return NAME;
    }

    /**
     * Answers one question, on the calling thread.
     *
     * @throws io.synapse.engine.QueryCancelledException if the query ends before its answer
     * @throws io.synapse.engine.EngineException if the upstream fails; its reason begins with {@code upstream_}
     */
    @Override
    public CompletionStage<Answer> answer(Question question, QueryContext context) throws UpstreamException {
        Upstream asked = upstream();
        ToolCalls tools = new ToolCalls(config.calling());
        List<Offer> offers = tools.offers(context);
        List<ChatMessage> messages = messages(question);
        Telling telling = new Telling(context, asked.model());
        for (int round = 0; ; round++) {
            boolean mayCall = !offers.isEmpty() && round < config.calling().maxRounds();
            asked.ask(messages, offers, mayCall, new Upstream.Asked(question, context, telling));
            List<ModelCall> calls = mayCall ? telling.calls() : List.of();
            if (calls.isEmpty()) {
                return telling.answer().done();
            }
            messages.add(ChatMessage.asking(telling.said(), calls));
            messages.addAll(tools.call(calls, question, context));
        }
    }

    private List<ChatMessage> messages(Question question) {
        List<ChatMessage> messages = new ArrayList<>();
        config.systemPrompt().ifPresent(prompt -> messages.add(new ChatMessage("system", prompt)));
        messages.add(new ChatMessage("user", question.text()));
        return messages;
    }
}
