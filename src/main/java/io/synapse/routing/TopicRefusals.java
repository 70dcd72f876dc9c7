package io.synapse.routing;

import io.synapse.protocol.ClientMessage.Since;
import io.synapse.protocol.ErrorBody;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.stream.Position;
import io.synapse.topic.TopicException;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionException;

/** How refusals about topics are told, and how places in them are read. */
public final class TopicRefusals {

    private static final System.Logger LOGGER = System.getLogger(TopicRefusals.class.getName());
    /** When one who was refused for want of room may try again. */
    public static final long RETRY_AFTER_MILLIS = 1000;

    private TopicRefusals() {}

    static Position position(Since since) {
        return new Position(since.epoch(), since.offset());
    }

    /**
     * How a failure is told.
     *
     * @param failure of a topic; one that nobody expects is logged
     * @param topic its name
     * @return a refusal
     */
    public static ErrorBody of(Throwable failure, String topic) {
        return of(failure, "topic", topic);
    }

    /**
     * The same about a channel.
     *
     * @param failure of a topic; one that nobody expects is logged
     * @param channel its name
     * @return a refusal
     */
    public static ErrorBody ofChannel(Throwable failure, String channel) {
        return of(failure, "channel", channel);
    }

    private static ErrorBody of(Throwable failure, String field, String name) {
        String reason = reason(failure);
        boolean passing = reason.equals(Reasons.SYSTEM_OVERLOADED) || reason.equals(Reasons.UNAVAILABLE);
        Long retry = passing ? RETRY_AFTER_MILLIS : null;
        return Payloads.refusal(reason, field, name, "retry_after_ms", retry);
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof TopicException refused) {
            return switch (refused.reason()) {
                case OVERLOADED -> Reasons.SYSTEM_OVERLOADED;
                case TOO_MANY_TOPICS, TOO_MANY_PATTERNS -> Reasons.TOO_MANY_TOPICS_IN_USE;
                case KEY_IN_USE -> Reasons.KEY_IN_USE;
                case UNAVAILABLE -> Reasons.UNAVAILABLE;
            };
        }
        LOGGER.log(Level.ERROR, "a topic failed", cause);
        return Reasons.INTERNAL_ERROR;
    }

    static ErrorBody invalid(String detail, String topic) {
        return Payloads.refusal(Reasons.INVALID_FIELD, "detail", detail, "topic", topic);
    }
}
