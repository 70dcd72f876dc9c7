package io.synapse.control;

import io.synapse.protocol.Address;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.TopicPattern;

/** Names that callers give. */
final class Names {

    private Names() {}

    static TopicPattern topic(String text) {
        return pattern(text, "a topic, without *", true);
    }

    static TopicPattern pattern(String text) {
        return pattern(text, "a topic or a pattern", false);
    }

    private static TopicPattern pattern(String text, String what, boolean one) {
        return (text.length() > Address.MAX_TOPIC_LENGTH
                        ? java.util.Optional.<TopicPattern>empty()
                        : TopicPattern.parse(text))
                .filter(pattern -> !one || pattern.isTopic())
                .orElseThrow(() -> ControlException.of(Reasons.INVALID_TOPIC, "detail", "must be " + what));
    }

    static String agent(String text) {
        if (text.matches(ClientMessage.AGENT.pattern())) {
            return text;
        }
        throw ControlException.of(Reasons.INVALID_FIELD, "detail", "agent must be 1 to 128 printable characters");
    }
}
