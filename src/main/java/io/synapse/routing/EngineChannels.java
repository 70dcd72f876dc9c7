package io.synapse.routing;

import io.synapse.platform.Ids;
import io.synapse.protocol.Address;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.ClientMessage.ChannelMessage;
import io.synapse.protocol.SpokenQuestion;
import io.synapse.protocol.TopicPattern;
import io.synapse.query.QueryService.Place;
import java.util.Optional;

/**
 * The channels that the engine answers on: what is asked there becomes a query of the agent that has the channel's name.
 * Safe for use by many threads.
 */
public final class EngineChannels {

    private final Channels channels;
    private final AgentChannels agents;
    private final QueryHandler queries;
    private final Ids ids;

    /**
     * For the channels that the configuration names.
     *
     * @param channels which they are
     * @param agents finds the agent of a channel
     * @param queries asks the engine
     * @param ids names queries: nobody else must be able to guess such a name, and resume what is not theirs
     */
    public EngineChannels(Channels channels, AgentChannels agents, QueryHandler queries, Ids ids) {
        this.channels = channels;
        this.agents = agents;
        this.queries = queries;
        this.ids = ids;
    }

    /** The question that the engine is to answer; empty if it has no part in the message. */
    Optional<String> question(TopicPattern channel, ChannelMessage message) {
        return channels.engineAnswersOn(channel)
                        && ClientMessage.AGENT.matcher(channel.text()).matches()
                ? SpokenQuestion.in(message.payload())
                : Optional.empty();
    }

    /** Prepares to ask, so that nothing can be refused any more; empty, and answered, if it is refused. */
    Optional<Asking> prepare(
            CortexSession session, Channel own, ChannelMessage message, String channel, String question) {
        Address address = message.address().withTopic(Channel.topicOf(channel));
        Optional<Channel> agent = agents.of(session, own, address);
        if (agent.isEmpty()) {
            return Optional.empty();
        }
        Optional<Place> place = queries.reserve(agent.get().payer());
        if (place.isEmpty()) {
            session.refuse(address, queries.noPlace(agent.get().payer(), channel));
            return Optional.empty();
        }
        return Optional.of(new Asking(session, agent.get(), place.get(), channel, question, ids.next()));
    }

    /** A question that has its place among the queries: it is asked or dropped, once. */
    final class Asking {
        private final CortexSession session;
        private final Channel agent;
        private final Place place;
        private final String channel;
        private final String question;
        private final String ref;

        private Asking(CortexSession session, Channel agent, Place place, String channel, String question, String ref) {
            this.session = session;
            this.agent = agent;
            this.place = place;
            this.channel = channel;
            this.question = question;
            this.ref = ref;
        }

        /** The name of the query. */
        String ref() {
            return ref;
        }

        /** Asks; the client is told by {@code acknowledge} before the first thought comes. */
        void ask(Runnable acknowledge) {
            queries.askOnChannel(session, agent, place, channel, question, ref, acknowledge);
        }

        void drop() {
            place.giveBack();
        }
    }
}
