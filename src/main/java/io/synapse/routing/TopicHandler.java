package io.synapse.routing;

import io.synapse.config.TopicsConfig;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.ClientMessage.History;
import io.synapse.protocol.ClientMessage.Publish;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Publication;
import io.synapse.protocol.Reasons;
import io.synapse.security.TopicAccess;
import io.synapse.stream.Broker.PageRequest;
import io.synapse.stream.Broker.Published;
import io.synapse.stream.Position;
import io.synapse.topic.TopicHub;
import java.time.Clock;

/** Publishing on topics, and reading what was published. Safe for use by many threads. */
public final class TopicHandler {

    private final TopicHub hub;
    private final TopicAccess access;
    private final TopicsConfig config;
    private final Clock clock;
    private final Counters counters;

    /**
     * A handler.
     *
     * @param hub publishes and follows
     * @param access who may do what
     * @param config the bounds
     * @param clock stamps what is published
     * @param counters for what happens
     */
    public TopicHandler(TopicHub hub, TopicAccess access, TopicsConfig config, Clock clock, Counters counters) {
        this.hub = hub;
        this.access = access;
        this.config = config;
        this.clock = clock;
        this.counters = counters;
    }

    void publish(CortexSession session, Channel channel, Address address, Publish publish) {
        String topic = publish.topic().text();
        if (!access.mayPublish(channel.identity(), channel.agent(), publish.topic())) {
            counters.increment(Counter.EVENTS_REFUSED);
            session.refuse(channel, address, Payloads.refusal(Reasons.FORBIDDEN, "topic", topic));
            return;
        }
        if (publish.payload().bytes() > config.messageBytes()) {
            counters.increment(Counter.EVENTS_REFUSED);
            String detail = "payload must have at most " + config.messageBytes() + " bytes";
            session.refuse(channel, address, TopicRefusals.invalid(detail, topic));
            return;
        }
        Publication publication = new Publication(publish.event(), publish.payload(), clock.millis());
        Answers.when(
                hub.publish(channel.key(publish.topic()), publication, publish.idempotencyKey()),
                published -> session.reply(address, published(topic, published)),
                failure -> session.refuse(channel, address, TopicRefusals.of(failure, topic)));
    }

    private static Body published(String topic, Published published) {
        Position position = published.position();
        return Payloads.of(
                "topic",
                topic,
                "offset",
                position.offset(),
                "epoch",
                position.epoch(),
                "duplicate",
                published.duplicate() ? true : null,
                "scope",
                published.local() ? "node" : null);
    }

    void history(CortexSession session, Channel channel, Address address, History history) {
        String topic = history.topic().text();
        if (!access.maySubscribe(channel.identity(), channel.agent(), history.topic())) {
            session.refuse(channel, address, Payloads.refusal(Reasons.FORBIDDEN, "topic", topic));
            return;
        }
        boolean serves = access.mayPublish(channel.identity(), channel.agent(), history.topic());
        int limit = Math.min(history.limit().orElse(config.pageSize()), config.pageSize());
        PageRequest request = new PageRequest(history.since().map(TopicRefusals::position), limit, history.backwards());
        Answers.when(
                hub.history(channel.key(history.topic()), request),
                page -> session.reply(
                        address, HistoryBody.of(topic, page, history.backwards(), serves, session::event)),
                failure -> session.refuse(channel, address, TopicRefusals.of(failure, topic)));
    }
}
