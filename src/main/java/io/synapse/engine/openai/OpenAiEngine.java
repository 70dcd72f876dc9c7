package io.synapse.engine.openai;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.synapse.config.OpenAiConfig;
import io.synapse.config.SynapseConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import io.synapse.engine.openai.UpstreamException.Fault;
import io.synapse.platform.ManagedPool;
import io.synapse.platform.TaskQueue;
import io.synapse.platform.Ticker;
import jakarta.annotation.PostConstruct;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Answers with a language model behind any endpoint that speaks OpenAI's streamed chat completions.
 *
 * <p>Each piece becomes a thought as it comes: {@code text} for the answer, {@code reasoning} for what the model thinks
 * before, {@code tool_call} for what it would call (a JSON object of {@code index}, {@code id}, {@code name} and a piece
 * of {@code arguments}), and {@code retry} when a request is repeated. The data is {@code answer}, {@code model}, {@code
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
    private static final String DONE = "[DONE]";
    private final OpenAiConfig config;
    private final boolean isChosen;
    private final Executor executor;
    private final Clock clock;
    private final Ticker ticker;
    private volatile Upstream upstream;

    private record Upstream(HttpClient client, ChatRequest requests, Refusals refusals, CircuitBreaker breaker) {}

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
            // HTTP/1.1: one connection for each answer, which an interrupt closes, and the upstream sees it at once.
            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(config.connectTimeout())
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .executor(executor)
                    .build();
            upstream = new Upstream(client, new ChatRequest(config), new Refusals(config, clock), breaker());
        }
        return upstream;
    }

    private CircuitBreaker breaker() {
        OpenAiConfig.Breaker bounds = config.breaker();
        return CircuitBreaker.of(
                NAME,
                CircuitBreakerConfig.custom()
                        .slidingWindowType(SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(bounds.calls())
                        .minimumNumberOfCalls(bounds.calls())
                        .failureRateThreshold(bounds.failureRate())
                        .waitDurationInOpenState(bounds.openFor())
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .currentTimestampFunction(timestamps -> ticker.read(), TimeUnit.NANOSECONDS)
                        .build());
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
        HttpRequest request = asked.requests().of(Messages.of(config.systemPrompt(), question));
        for (int failures = 0; ; ) {
            Telling telling = new Telling(context, asked.requests().model());
            try {
                guarded(asked, request, telling, context);
                return telling.answer().done();
            } catch (UpstreamException e) {
                failures++;
                if (telling.hasSpoken() || !e.isPassing() || failures > config.retries()) {
                    throw e;
                }
                Duration wait = e.retryAfter().orElse(config.retryBackoff().multipliedBy(1L << (failures - 1)));
                if (clock.instant().plus(wait).isAfter(question.deadline())) {
                    throw e;
                }
                context.emit(Thought.of("retry", e.getMessage() + "; asked again in " + wait.toMillis() + " ms"));
                context.pause(wait);
            }
        }
    }

    private void guarded(Upstream asked, HttpRequest request, Telling telling, QueryContext context)
            throws UpstreamException {
        CircuitBreaker breaker = asked.breaker();
        if (!breaker.tryAcquirePermission()) {
            throw new UpstreamException(
                    Fault.LASTING,
                    "upstream_unavailable",
                    "the model failed too often; it is asked again within "
                            + config.breaker().openFor().toSeconds() + " s",
                    null);
        }
        long begun = ticker.read();
        boolean told = false;
        try {
            ask(asked, request, telling, context);
            breaker.onSuccess(ticker.read() - begun, TimeUnit.NANOSECONDS);
            told = true;
        } catch (UpstreamException e) {
            if (e.fault() == Fault.PASSING || e.fault() == Fault.LASTING) {
                breaker.onError(ticker.read() - begun, TimeUnit.NANOSECONDS, e);
                told = true;
            }
            throw e;
        } finally {
            if (!told) {
                // An interrupt, or a refusal, says nothing of the upstream's health.
                breaker.releasePermission();
            }
        }
    }

    private void ask(Upstream asked, HttpRequest request, Telling telling, QueryContext context)
            throws UpstreamException {
        try (ChatStream stream = new ChatStream(asked.client(), request, config, ticker, context.cancellation())) {
            stream.awaitHead(asked.refusals());
            String event = stream.next();
            while (event != null && !event.equals(DONE)) {
                ChatChunk chunk = ChatChunks.parse(event);
                if (chunk.error() != null) {
                    throw asked.refusals().inStream(chunk.error());
                }
                telling.tell(chunk);
                if (telling.hasSpoken()) {
                    stream.spoken();
                }
                event = stream.next();
            }
            if (event == null && !telling.isFinished()) {
                throw UpstreamException.broken(null);
            }
            stream.finish();
        } catch (InterruptedException e) {
            throw ChatStream.interrupted();
        }
    }
}
