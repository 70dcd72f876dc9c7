package io.synapse.routing;

import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.protocol.Body;
import io.synapse.protocol.ErrorBody;
import io.synapse.protocol.Payloads;
import io.synapse.stream.Position;
import io.synapse.topic.SubscribeRequest;
import io.synapse.topic.TopicSubscription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a client gets back when it has returned, with one answer about all of it. Nothing is sent before that is given.
 * Collected by one thread; what comes of each part may be told by any.
 */
final class Restoration {

    /** A subscription to be had again; exact if the position is known to be the client's own, or to lie before it. */
    private record Topic(SubscribeRequest request, boolean exact) {}

    /** A query to be followed again. */
    private record Query(Channel channel, String ref, long afterSeq, boolean exact) {}

    private final SubscriptionHandler subscriptions;
    private final QueryHandler handler;
    private final CortexSession session;
    private final Channel channel;
    private final List<Topic> topics = new ArrayList<>();
    private final List<Query> queries = new ArrayList<>();
    private final List<Body> aboutLost = new ArrayList<>();
    private final List<TopicSubscription> waiting = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger(1);
    private Body[] aboutTopics;
    private Body[] aboutQueries;
    private boolean[] known;
    private Runnable ready;

    Restoration(SubscriptionHandler subscriptions, QueryHandler handler, CortexSession session, Channel channel) {
        this.subscriptions = subscriptions;
        this.handler = handler;
        this.session = session;
        this.channel = channel;
    }

    void topic(SubscribeRequest request, boolean exact) {
        topics.add(new Topic(request, exact));
    }

    void query(Channel ofAgent, String ref, long afterSeq, boolean exact) {
        queries.add(new Query(ofAgent, ref, afterSeq, exact));
    }

    /** A query that may not be followed again, or not here. */
    void lostQuery(String agent, String ref, String reason) {
        aboutLost.add(lost(agent, ref, reason));
    }

    private static Body lost(String agent, String ref, String reason) {
        return Payloads.of("ref", ref, "agent", agent, "recovered", false, "reason", reason);
    }

    /** Makes everything ready; then, on this stack or later, the answer can be given. */
    void run(Runnable whenReady) {
        ready = whenReady;
        aboutTopics = new Body[topics.size()];
        aboutQueries = new Body[queries.size()];
        known = new boolean[queries.size()];
        open.addAndGet(topics.size() + queries.size());
        for (int i = 0; i < aboutQueries.length; i++) {
            find(i, queries.get(i));
        }
        for (int i = 0; i < aboutTopics.length; i++) {
            subscribe(i, topics.get(i));
        }
        done();
    }

    private void find(int index, Query query) {
        String agent = query.channel() == channel ? null : query.channel().agent();
        handler.place(query.channel(), query.ref(), query.afterSeq(), (place, reason) -> {
            synchronized (this) {
                known[index] = place.isPresent();
                aboutQueries[index] = known[index]
                        ? Payloads.of(
                                "ref",
                                query.ref(),
                                "agent",
                                agent,
                                "after_seq",
                                place.getAsLong(),
                                "recovered",
                                query.exact())
                        : lost(agent, query.ref(), reason);
            }
            done();
        });
    }

    private void subscribe(int index, Topic topic) {
        try {
            subscriptions.restore(
                    session,
                    channel,
                    topic.request(),
                    (subscription, recovered) -> subscribed(index, subscription, topic.exact() && recovered),
                    refused -> refused(index, topic, refused));
        } catch (RuntimeException e) {
            // The others have a right to their answer.
            refused(index, topic, TopicRefusals.of(e, topic.request().target().text()));
        }
    }

    private void subscribed(int index, TopicSubscription subscription, boolean recovered) {
        Position position = subscription.pause();
        boolean isTopic = subscription.request().target().isTopic();
        synchronized (this) {
            waiting.add(subscription);
        }
        tell(
                index,
                Payloads.of(
                        "topic",
                        subscription.request().target().text(),
                        "offset",
                        isTopic ? position.offset() : null,
                        "epoch",
                        isTopic ? position.epoch() : null,
                        "recovered",
                        recovered));
    }

    private void refused(int index, Topic topic, ErrorBody refused) {
        tell(
                index,
                Payloads.of("topic", topic.request().target().text(), "recovered", false, "reason", refused.reason()));
    }

    // Once for each: one that failed after it was accepted has been told already.
    private void tell(int index, Body outcome) {
        synchronized (this) {
            if (aboutTopics[index] != null) {
                return;
            }
            aboutTopics[index] = outcome;
        }
        done();
    }

    private void done() {
        if (open.decrementAndGet() == 0) {
            ready.run();
        }
    }

    /**
     * The answer.
     *
     * @param resumed whether the session was known
     * @param keepMillis how long it is kept when the connection is lost
     * @param head names and texts that come first
     */
    Body answer(boolean resumed, long keepMillis, String... head) {
        return generator -> {
            generator.writeStartObject();
            for (int i = 0; i < head.length; i += 2) {
                generator.writeStringField(head[i], head[i + 1]);
            }
            generator.writeFieldName("session");
            Payloads.of("resumed", resumed, "keep_ms", keepMillis).writeTo(generator);
            write(generator, "topics", List.of(aboutTopics));
            List<Body> all = new ArrayList<>(aboutLost);
            all.addAll(List.of(aboutQueries));
            write(generator, "queries", all);
            generator.writeEndObject();
        };
    }

    private static void write(JsonGenerator generator, String name, List<Body> all) throws IOException {
        generator.writeArrayFieldStart(name);
        for (Body one : all) {
            one.writeTo(generator);
        }
        generator.writeEndArray();
    }

    /** Lets everything come. */
    void go() {
        List<TopicSubscription> all;
        synchronized (this) {
            all = List.copyOf(waiting);
        }
        all.forEach(TopicSubscription::resume);
        for (int i = 0; i < known.length; i++) {
            if (known[i]) {
                Query query = queries.get(i);
                handler.followAgain(session, query.channel(), query.ref(), query.afterSeq());
            }
        }
    }
}
