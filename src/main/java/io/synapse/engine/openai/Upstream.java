package io.synapse.engine.openai;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.synapse.config.OpenAiConfig;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import io.synapse.engine.Toolbox.Offer;
import io.synapse.engine.openai.UpstreamException.Fault;
import io.synapse.platform.Ticker;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The server of the model. A request that failed before its first piece is repeated; a server that goes on failing is not
 * asked for a while. Safe for use by many threads.
 */
final class Upstream {

    private static final String DONE = "[DONE]";

    private final OpenAiConfig config;
    private final Clock clock;
    private final Ticker ticker;
    private final HttpClient client;
    private final ChatRequest requests;
    private final Refusals refusals;
    private final CircuitBreaker breaker;

    /**
     * A server that nobody has asked yet.
     *
     * @throws io.synapse.config.ConfigException if it cannot be asked as it is configured
     */
    Upstream(OpenAiConfig config, Executor executor, Clock clock, Ticker ticker) {
        this.config = config;
        this.clock = clock;
        this.ticker = ticker;
        // HTTP/1.1: one connection for each answer, which an interrupt closes, and the upstream sees it at once.
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(config.connectTimeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(executor)
                .build();
        requests = new ChatRequest(config);
        refusals = new Refusals(config, clock);
        breaker = breaker();
    }

    String model() {
        return requests.model();
    }

    /** Asks, and tells what the model says until it is at its end. */
    void ask(List<ChatMessage> messages, List<Offer> offers, boolean mayCall, Asked asked) throws UpstreamException {
        HttpRequest request = requests.of(messages, offers, mayCall);
        for (int failures = 0; ; ) {
            asked.telling().begin();
            try {
                guarded(request, asked);
                return;
            } catch (UpstreamException e) {
                failures++;
                if (asked.telling().hasSpoken() || !e.isPassing() || failures > config.retries()) {
                    throw e;
                }
                Duration wait = e.retryAfter().orElse(config.retryBackoff().multipliedBy(1L << (failures - 1)));
                if (clock.instant().plus(wait).isAfter(asked.question().deadline())) {
                    throw e;
                }
                asked.context()
                        .emit(Thought.of("retry", e.getMessage() + "; asked again in " + wait.toMillis() + " ms"));
                asked.context().pause(wait);
            }
        }
    }

    /** What is asked, and where what comes of it goes. */
    record Asked(Question question, QueryContext context, Telling telling) {}

    private CircuitBreaker breaker() {
        OpenAiConfig.Breaker bounds = config.breaker();
        return CircuitBreaker.of(
                "model",
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

    private void guarded(HttpRequest request, Asked asked) throws UpstreamException {
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
            listen(request, asked);
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

    private void listen(HttpRequest request, Asked asked) throws UpstreamException {
        Telling telling = asked.telling();
        try (ChatStream stream =
                new ChatStream(client, request, config, ticker, asked.context().cancellation())) {
            stream.awaitHead(refusals);
            String event = stream.next();
            while (event != null && !event.equals(DONE)) {
                ChatChunk chunk = ChatChunks.parse(event);
                if (chunk.error() != null) {
                    throw refusals.inStream(chunk.error());
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
