package io.synapse.routing;

import io.synapse.config.LimitsConfig;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.protocol.Address;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.security.Identity;
import java.util.Optional;

/**
 * The agents that a connection on {@code /ws} talks to: there are no joins, so it is with an agent from the first message
 * that is meant for it. Safe for use by many threads.
 */
public final class AgentChannels {

    private final ConnectionRegistry registry;
    private final LimitsConfig limits;
    private final Counters counters;

    /**
     * For all connections.
     *
     * @param registry told which connection talks to which agent
     * @param limits how many agents one connection may talk to
     * @param counters for what happens
     */
    public AgentChannels(ConnectionRegistry registry, LimitsConfig limits, Counters counters) {
        this.registry = registry;
        this.limits = limits;
        this.counters = counters;
    }

    /** The channel of the agent that an address names, new if need be; empty, and answered, if it may not be used. */
    Optional<Channel> of(CortexSession session, Channel own, Address address) {
        String agent = address.topic().substring(ClientMessage.AGENT_TOPIC.length());
        Optional<Channel> channel = of(session, own, agent);
        if (channel.isEmpty()) {
            session.refuse(
                    address,
                    own.identity().mayJoin(agent)
                            ? Payloads.refusal(Reasons.TOO_MANY_TOPICS)
                            : Payloads.refusal(Reasons.FORBIDDEN, "agent", agent));
        }
        return channel;
    }

    /** The channel of an agent, new if need be; empty if it may not be used. */
    Optional<Channel> of(CortexSession session, Channel own, String agent) {
        String topic = Channel.topicOf(agent);
        Channel present = session.channel(topic);
        if (present != null) {
            return Optional.of(present);
        }
        Identity identity = own.identity();
        if (!identity.mayJoin(agent)) {
            counters.increment(Counter.JOINS_REFUSED);
            return Optional.empty();
        }
        // One is the connection's own.
        if (session.joined() > limits.topicsPerConnection()) {
            return Optional.empty();
        }
        // One filter for all that the connection receives.
        Channel joined = new Channel(topic, agent, null, true, identity, own.filter());
        session.add(joined);
        registry.joined(session.connection(), identity.scoped(agent));
        return Optional.of(joined);
    }
}
