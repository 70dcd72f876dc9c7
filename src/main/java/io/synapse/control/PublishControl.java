package io.synapse.control;

import io.synapse.config.TopicsConfig;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.Body;
import io.synapse.protocol.ErrorBody;
import io.synapse.protocol.EventNames;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Publication;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.TopicPattern;
import io.synapse.routing.TopicRefusals;
import io.synapse.security.Identity;
import io.synapse.security.TopicAccess;
import io.synapse.security.limit.Cost;
import io.synapse.security.limit.Rates;
import io.synapse.stream.Broker.Published;
import io.synapse.topic.TopicHub;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Publishing without a connection. What goes for a publication on a socket goes here. Safe for use by many threads. */
public final class PublishControl {

    /** The most messages of one batch. */
    public static final int MAX_BATCH = 100;

    private static final String DEFAULT_EVENT = "message";
    private static final int MAX_KEY_LENGTH = 128;

    private final TopicHub hub;
    private final TopicAccess access;
    private final Rates rates;
    private final TopicsConfig config;
    private final Clock clock;
    private final Counters counters;

    /**
     * A service.
     *
     * @param hub publishes
     * @param access who may publish where
     * @param rates how fast a subject may
     * @param config the bounds
     * @param clock stamps what is published
     * @param counters for what happens
     */
    public PublishControl(
            TopicHub hub, TopicAccess access, Rates rates, TopicsConfig config, Clock clock, Counters counters) {
        this.hub = hub;
        this.access = access;
        this.rates = rates;
        this.config = config;
        this.clock = clock;
        this.counters = counters;
    }

    /**
     * What is to be published.
     *
     * @param channel a channel, or any other topic
     * @param event what it is; {@code message} without one
     * @param message what it holds
     * @param idempotencyKey names it, so that saying it again does nothing
     */
    public record Wanted(String channel, Optional<String> event, RawJson message, Optional<String> idempotencyKey) {}

    /**
     * Publishes.
     *
     * @param caller who
     * @param realm where; empty for the caller's own
     * @param wanted what
     * @return {@code {success, status, channel, offset, epoch, duplicate?}}; fails with a {@link ControlException}
     */
    public CompletionStage<Body> publish(Caller caller, Optional<String> realm, Wanted wanted) {
        try {
            return publish(caller.in(realm), wanted);
        } catch (ControlException e) {
            counters.increment(Counter.EVENTS_REFUSED);
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Publishes several, in order; each is published or refused by itself.
     *
     * @param caller who
     * @param realm where; empty for the caller's own
     * @param all what, at most {@link #MAX_BATCH}
     * @return {@code {published, refused, outcomes}}, with an outcome for each in the same order: what {@link #publish} gives,
     *     or {@code {success: false, channel, reason, …}}; fails with a {@link ControlException} if all of it is refused
     */
    public CompletionStage<Body> publishAll(Caller caller, Optional<String> realm, List<Wanted> all) {
        Identity identity;
        try {
            identity = caller.in(realm);
            if (all.isEmpty() || all.size() > MAX_BATCH) {
                throw ControlException.of(
                        Reasons.INVALID_FIELD, "detail", "messages must be 1 to " + MAX_BATCH + " messages");
            }
        } catch (ControlException e) {
            return CompletableFuture.failedFuture(e);
        }
        List<CompletableFuture<Outcome>> each =
                all.stream().map(wanted -> outcome(identity, wanted)).toList();
        return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
                .thenApply(
                        done -> body(each.stream().map(CompletableFuture::join).toList()));
    }

    private record Outcome(boolean published, Body body) {}

    private CompletableFuture<Outcome> outcome(Identity identity, Wanted wanted) {
        CompletionStage<Body> publishing;
        try {
            publishing = publish(identity, wanted);
        } catch (ControlException e) {
            counters.increment(Counter.EVENTS_REFUSED);
            publishing = CompletableFuture.failedFuture(e);
        }
        return publishing
                .handle((body, failure) -> failure == null
                        ? new Outcome(true, body)
                        : new Outcome(false, refused(wanted.channel(), failure)))
                .toCompletableFuture();
    }

    private static Body refused(String channel, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        ErrorBody why = cause instanceof ControlException refusal
                ? refusal.body()
                : Payloads.refusal(Reasons.INTERNAL_ERROR, "channel", channel);
        return generator -> {
            generator.writeStartObject();
            generator.writeBooleanField("success", false);
            generator.writeStringField("channel", channel);
            generator.writeFieldName("error");
            why.writeTo(generator);
            generator.writeEndObject();
        };
    }

    private static Body body(List<Outcome> outcomes) {
        long published = outcomes.stream().filter(Outcome::published).count();
        return generator -> {
            generator.writeStartObject();
            generator.writeNumberField("published", published);
            generator.writeNumberField("refused", outcomes.size() - published);
            generator.writeArrayFieldStart("outcomes");
            for (Outcome outcome : outcomes) {
                outcome.body().writeTo(generator);
            }
            generator.writeEndArray();
            generator.writeEndObject();
        };
    }

    private CompletionStage<Body> publish(Identity identity, Wanted wanted) {
        TopicPattern topic = Names.topic(wanted.channel());
        String channel = topic.text();
        if (!access.mayPublish(identity, null, topic)) {
            throw ControlException.of(Reasons.FORBIDDEN, "channel", channel);
        }
        String event = wanted.event().orElse(DEFAULT_EVENT);
        Optional<String> problem = EventNames.problem(event)
                .or(() -> wanted.message().bytes() > config.messageBytes()
                        ? Optional.of("message must have at most " + config.messageBytes() + " bytes")
                        : Optional.empty())
                .or(() -> wanted.idempotencyKey()
                        .filter(key -> key.isEmpty() || key.length() > MAX_KEY_LENGTH)
                        .map(key -> "idempotency_key must be 1 to " + MAX_KEY_LENGTH + " characters"));
        if (problem.isPresent()) {
            throw ControlException.of(Reasons.INVALID_FIELD, "detail", problem.get(), "channel", channel);
        }
        // No connection has said it: only the bounds of the subject are left.
        rates.open().take(identity, Cost.PUBLISH).ifPresent(tooSoon -> {
            throw ControlException.of(
                    Reasons.RATE_LIMITED,
                    "limit",
                    tooSoon.limit(),
                    "scope",
                    tooSoon.scope(),
                    "retry_after_ms",
                    tooSoon.retryAfterMillis());
        });
        return hub.publish(
                        topic.of(identity.tenant()).key(),
                        new Publication(event, wanted.message(), clock.millis()),
                        wanted.idempotencyKey())
                .handle((published, failure) -> {
                    if (failure != null) {
                        throw new ControlException(TopicRefusals.ofChannel(failure, channel));
                    }
                    return published(channel, published);
                });
    }

    private static Body published(String channel, Published published) {
        return Payloads.of(
                "success",
                true,
                "status",
                "published",
                "channel",
                channel,
                "offset",
                published.position().offset(),
                "epoch",
                published.position().epoch(),
                "duplicate",
                published.duplicate() ? true : null);
    }
}
