package io.synapse.control;

import io.synapse.config.TopicsConfig;
import io.synapse.presence.PresenceTracker;
import io.synapse.protocol.Body;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.TopicPattern;
import io.synapse.routing.HistoryBody;
import io.synapse.routing.TopicRefusals;
import io.synapse.security.Identity;
import io.synapse.security.TopicAccess;
import io.synapse.stream.Broker.PageRequest;
import io.synapse.stream.Position;
import io.synapse.topic.TopicHub;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What was published on topics, and who is there. Safe for use by many threads. */
public final class TopicControl {

    private final TopicHub hub;
    private final PresenceTracker presence;
    private final TopicAccess access;
    private final TopicsConfig config;

    /**
     * A service.
     *
     * @param hub keeps what was published
     * @param presence knows who is where
     * @param access who may read what
     * @param config the bounds
     */
    public TopicControl(TopicHub hub, PresenceTracker presence, TopicAccess access, TopicsConfig config) {
        this.hub = hub;
        this.presence = presence;
        this.access = access;
        this.config = config;
    }

    /**
     * Which part of a history is wanted.
     *
     * @param since after which position, or, backwards, before which; without one the very beginning, or the end
     * @param limit how many messages; as many as a page may have without, or if it is more
     * @param backwards whether the newest come first
     */
    public record Part(Optional<Position> since, Optional<Integer> limit, boolean backwards) {}

    /**
     * Reads what was published on a topic.
     *
     * @param caller who may subscribe to it
     * @param realm whose topic; empty for the caller's own realm
     * @param name of the topic
     * @param part which part
     * @return as {@code history} on the sockets: {@code {topic, offset, epoch, complete, more, next?, messages}}; fails with a
     *     {@link ControlException}
     */
    public CompletionStage<Body> history(Caller caller, Optional<String> realm, String name, Part part) {
        return ConnectionControl.asked(() -> {
            Identity identity = caller.in(realm);
            TopicPattern topic = Names.topic(name);
            if (!access.maySubscribe(identity, null, topic)) {
                throw ControlException.of(Reasons.FORBIDDEN, "topic", topic.text());
            }
            boolean serves = access.mayPublish(identity, null, topic);
            int limit = Math.min(part.limit().orElse(config.pageSize()), config.pageSize());
            return hub.history(
                            topic.of(identity.tenant()).key(), new PageRequest(part.since(), limit, part.backwards()))
                    .handle((page, failure) -> {
                        if (failure != null) {
                            throw new ControlException(TopicRefusals.of(failure, topic.text()));
                        }
                        return HistoryBody.of(topic.text(), page, part.backwards(), serves, Payloads::event);
                    });
        });
    }

    /**
     * Who is present with an agent.
     *
     * @param caller who may join it
     * @param realm whose; empty for the caller's own realm
     * @param agent the agent
     * @param countsOnly whether to leave out who it is
     * @return {@code {topic, count, keys, truncated?, state?}}; fails with a {@link ControlException}
     */
    public CompletionStage<Body> presence(Caller caller, Optional<String> realm, String agent, boolean countsOnly) {
        return ConnectionControl.asked(() -> {
            Identity identity = caller.in(realm);
            if (!identity.mayJoin(Names.agent(agent))) {
                throw ControlException.of(Reasons.FORBIDDEN, "agent", agent);
            }
            String topic = ClientMessage.AGENT_TOPIC + agent;
            String key = identity.scoped(topic);
            return CompletableFuture.completedFuture(
                    countsOnly
                            ? presence.count(key).body(topic)
                            : presence.list(key).body(topic));
        });
    }
}
