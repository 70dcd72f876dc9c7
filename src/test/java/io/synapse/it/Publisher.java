package io.synapse.it;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.chaos.Publications;
import io.synapse.chaos.Publications.Place;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.IntFunction;

/**
 * Publishes one thing after the other, each until it is acknowledged, under the same key. Not safe for use by several topics'
 * checkers at a time; {@link Publications} is.
 */
final class Publisher extends Roamer {

    private static final long ANSWER_MILLIS = 5_000;
    private static final long AGAIN_MILLIS = 200;

    private final String name;
    private final Map<String, Publications> published;
    private final List<String> topics;
    private final ScheduledExecutorService timers;
    private final Random random;
    private final long pauseMillis;
    private final Queue<String> last = new ArrayDeque<>();
    private String topic;
    private String id;
    private int count;
    private int attempt;
    private boolean stopping;

    Publisher(
            IntFunction<URI> nodes,
            int size,
            ScheduledExecutorService timers,
            long seed,
            String name,
            Map<String, Publications> published,
            long pauseMillis) {
        super(nodes, size, timers, seed);
        this.name = name;
        this.published = published;
        this.topics = List.copyOf(published.keySet());
        this.timers = timers;
        this.pauseMillis = pauseMillis;
        random = new Random(seed + 1);
    }

    @Override
    void opened() {
        if (id == null) {
            next();
        } else {
            publish();
        }
    }

    private synchronized void next() {
        if (stopping && last.isEmpty()) {
            id = null;
            return;
        }
        topic = stopping ? last.remove() : topics.get(random.nextInt(topics.size()));
        id = name + '-' + ++count;
        publish();
    }

    private synchronized void publish() {
        if (!isConnected()) {
            // It goes on when it is connected again.
            return;
        }
        int mine = ++attempt;
        published.get(topic).attempted(id);
        say(("{\"id\":%d,\"type\":\"publish\",\"topic\":\"%s\",\"payload\":{\"id\":\"%s\"},\"idempotency_key\":\"%s\"}")
                .formatted(mine, topic, id, id));
        dropUnless(ANSWER_MILLIS, () -> attempt != mine || id == null);
    }

    @Override
    void hear(JsonNode message) {
        if (id == null || message.path("id").asInt() != attempt) {
            return;
        }
        if (message.path("type").asText().equals("response")) {
            JsonNode result = message.path("result");
            if (result.path("scope").asText().equals("node")) {
                published.get(topic).acknowledgedByNode();
                if (stopping) {
                    // What one node has for itself is not the end that everybody is to come to.
                    last.add(topic);
                }
            } else {
                published
                        .get(topic)
                        .acknowledged(
                                id,
                                new Place(
                                        result.path("epoch").asText(),
                                        result.path("offset").asLong()));
            }
            attempt++;
            timers.schedule(this::next, pauseMillis, MILLISECONDS);
        } else if (message.path("type").asText().equals("error")) {
            attempt++;
            timers.schedule(this::publish, AGAIN_MILLIS, MILLISECONDS);
        }
    }

    /** Publishes once more on each topic, so that each has something of its last life, and then nothing new. */
    synchronized void stop() {
        stopping = true;
        last.addAll(topics);
        if (id == null && isConnected()) {
            next();
        }
    }

    /** Whether everything it has begun was acknowledged. */
    synchronized boolean isDone() {
        return stopping && last.isEmpty() && id == null;
    }
}
