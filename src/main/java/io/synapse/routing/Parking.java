package io.synapse.routing;

import io.synapse.query.QueryViewer;
import io.synapse.session.SessionState;
import io.synapse.session.SessionStore.Kept;
import io.synapse.topic.SubscribeRequest;
import io.synapse.topic.Subscriptions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** From what a client holds to what is kept of it. */
final class Parking {

    private Parking() {}

    /** Lets go of everything on these joins, and says how to go on; if somebody does so at once, no query is left alone. */
    static Kept park(Collection<Channel> channels, boolean takenOver) {
        List<SessionState.Topic> topics = new ArrayList<>();
        List<SessionState.Query> queries = new ArrayList<>();
        Set<String> events = new HashSet<>();
        List<Runnable> leases = new ArrayList<>();
        for (Channel channel : channels) {
            queries.addAll(queries(channel.agent(), channel.pauseQueries()));
            Subscriptions.Parked parked = channel.subscriptions().park();
            topics.addAll(topics(parked.topics()));
            leases.add(parked.lease());
            events.addAll(channel.filter().wanted());
            if (takenOver) {
                List<QueryViewer> viewers = channel.giveAwayQueries();
                leases.add(() -> viewers.forEach(QueryViewer::detach));
            }
            channel.release();
        }
        return new Kept(new SessionState(topics, queries, events), () -> leases.forEach(Runnable::run));
    }

    /** What these joins hold just now, of which nothing is let go. */
    static SessionState look(Collection<Channel> channels) {
        List<SessionState.Topic> topics = new ArrayList<>();
        List<SessionState.Query> queries = new ArrayList<>();
        Set<String> events = new HashSet<>();
        for (Channel channel : channels) {
            queries.addAll(queries(channel.agent(), channel.queryPositions()));
            topics.addAll(topics(channel.subscriptions().look()));
            events.addAll(channel.filter().wanted());
        }
        return new SessionState(topics, queries, events);
    }

    /** What was followed on a join that is to be taken up again on the same connection. */
    static Kept of(String agent, Followed followed) {
        SessionState state =
                new SessionState(topics(followed.topics()), queries(agent, followed.queries()), followed.events());
        return new Kept(state, () -> {});
    }

    private static List<SessionState.Query> queries(String agent, Map<String, Long> positions) {
        return positions.entrySet().stream()
                .map(query -> new SessionState.Query(agent, query.getKey(), query.getValue()))
                .toList();
    }

    private static List<SessionState.Topic> topics(Collection<SubscribeRequest> requests) {
        return requests.stream()
                .map(request -> new SessionState.Topic(
                        request.target().text(),
                        request.events(),
                        request.policy().word(),
                        request.reader().serves(),
                        request.since().orElseThrow(),
                        request.acks().upTo()))
                .toList();
    }
}
