package io.synapse.routing;

import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.ErrorBody;
import java.util.ArrayList;
import java.util.List;

/** The one answer to a message that asked for several subscriptions. Safe for use by many threads. */
final class SubscribeAnswer {

    private final CortexSession session;
    private final Address address;
    private final int expected;
    private final List<Body> accepted = new ArrayList<>();
    private final List<ErrorBody> refused = new ArrayList<>();

    SubscribeAnswer(CortexSession session, Address address, int expected) {
        this.session = session;
        this.address = address;
        this.expected = expected;
    }

    synchronized void accepted(Body one) {
        accepted.add(one);
        answerWhenComplete();
    }

    synchronized void refused(ErrorBody one) {
        refused.add(one);
        answerWhenComplete();
    }

    private void answerWhenComplete() {
        if (accepted.size() + refused.size() < expected) {
            return;
        }
        if (accepted.isEmpty()) {
            session.refuse(address, refused.get(0));
        } else {
            session.reply(address, generator -> {
                generator.writeStartObject();
                generator.writeArrayFieldStart("topics");
                for (Body one : accepted) {
                    one.writeTo(generator);
                }
                generator.writeEndArray();
                generator.writeArrayFieldStart("refused");
                for (Body one : refused) {
                    one.writeTo(generator);
                }
                generator.writeEndArray();
                generator.writeEndObject();
            });
        }
    }
}
