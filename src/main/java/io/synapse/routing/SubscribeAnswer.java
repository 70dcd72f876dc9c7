package io.synapse.routing;

import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.ErrorBody;
import io.synapse.topic.TopicSubscription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The one answer to a message that asked for several subscriptions. What they receive waits until it is given. Safe for
 * use by many threads.
 */
final class SubscribeAnswer {

    private final CortexSession session;
    private final Address address;
    private final int expected;
    private final List<TopicSubscription> waiting = new ArrayList<>();
    private final List<Body> accepted = new ArrayList<>();
    private final List<ErrorBody> refused = new ArrayList<>();
    private boolean given;

    SubscribeAnswer(CortexSession session, Address address, int expected) {
        this.session = session;
        this.address = address;
        this.expected = expected;
    }

    synchronized void accepted(TopicSubscription subscription, Body one) {
        subscription.pause();
        waiting.add(subscription);
        accepted.add(one);
        answerWhenComplete();
    }

    synchronized void refused(ErrorBody one) {
        refused.add(one);
        answerWhenComplete();
    }

    private void answerWhenComplete() {
        if (given || accepted.size() + refused.size() < expected) {
            return;
        }
        given = true;
        if (accepted.isEmpty()) {
            session.refuse(address, refused.get(0));
        } else {
            session.replyInStream(address, this::writeTo);
        }
        waiting.forEach(TopicSubscription::resume);
    }

    private void writeTo(JsonGenerator generator) throws IOException {
        generator.writeStartObject();
        generator.writeArrayFieldStart("topics");
        for (Body one : accepted) {
            one.writeTo(generator);
        }
        generator.writeEndArray();
        generator.writeArrayFieldStart("refused");
        for (ErrorBody one : refused) {
            one.coded().writeTo(generator);
        }
        generator.writeEndArray();
        generator.writeEndObject();
    }
}
