package io.synapse.it;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.chaos.Publications.Place;
import io.synapse.chaos.Seen;
import io.synapse.stream.Position;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Follows topics wherever it is, from where it was, and remembers everything it is told of them. */
final class Subscriber extends Roamer {

    private static final long ANSWER_MILLIS = 20_000;

    private final Map<String, List<Seen>> logs = new LinkedHashMap<>();
    private final Map<String, Place> places = new LinkedHashMap<>();
    private int asked;
    private boolean answered;

    Subscriber(IntFunction<URI> nodes, int size, ScheduledExecutorService timers, long seed, List<String> topics) {
        super(nodes, size, timers, seed);
        topics.forEach(topic -> logs.put(topic, new ArrayList<>()));
    }

    @Override
    void opened() {
        answered = false;
        asked++;
        String topics = logs.keySet().stream().map(topic -> '"' + topic + '"').collect(Collectors.joining(","));
        String positions = places.entrySet().stream()
                .map(at -> "\"%s\":{\"offset\":%d,\"epoch\":\"%s\"}"
                        .formatted(
                                at.getKey(),
                                at.getValue().offset(),
                                at.getValue().epoch()))
                .collect(Collectors.joining(","));
        say("{\"id\":%d,\"type\":\"subscribe\",\"topics\":[%s],\"positions\":{%s}}"
                .formatted(asked, topics, positions));
        int mine = asked;
        dropUnless(ANSWER_MILLIS, () -> answered || asked != mine);
    }

    @Override
    void hear(JsonNode message) {
        switch (message.path("type").asText()) {
            case "response" -> {
                if (message.path("id").asInt() == asked) {
                    message.at("/result/topics").forEach(this::subscribed);
                    answered = message.at("/result/refused").isEmpty()
                            && message.at("/result/topics").size() == logs.size();
                    if (!answered) {
                        drop();
                    }
                }
            }
            case "error" -> drop();
            case "event" -> {
                String topic = message.path("topic").asText();
                boolean ofNode = message.path("scope").asText().equals("node");
                Place place = place(message);
                logs.get(topic)
                        .add(new Seen.Event(
                                place.epoch(),
                                place.offset(),
                                message.at("/payload/id").asText(),
                                ofNode));
                places.put(topic, place);
            }
            case "gap" -> lost(message);
            case "recovery" -> {
                if (!message.path("recovered").asBoolean()) {
                    lost(message);
                }
            }
            default -> {
                // Nothing about topics.
            }
        }
    }

    private void subscribed(JsonNode of) {
        String topic = of.path("topic").asText();
        if (!places.containsKey(topic)) {
            places.put(topic, place(of));
            Place shared = shared(place(of));
            logs.get(topic).add(new Seen.Began(shared.epoch(), shared.offset()));
        } else if (!of.path("recovered").asBoolean()) {
            lost(of);
        }
    }

    private void lost(JsonNode notice) {
        String topic = notice.path("topic").asText();
        Place place = place(notice);
        places.put(topic, place);
        Place shared = shared(place);
        logs.get(topic).add(new Seen.Lost(shared.epoch(), shared.offset()));
    }

    // On a node that is by itself, what all nodes have goes on behind the place where it left them.
    private static Place shared(Place place) {
        return new Position(place.epoch(), place.offset())
                .home()
                .map(home -> new Place(home.epoch(), home.offset()))
                .orElse(place);
    }

    private static Place place(JsonNode of) {
        return new Place(of.path("epoch").asText(), of.path("offset").asLong());
    }

    /** Whether it follows all its topics. */
    synchronized boolean isThere() {
        return isConnected() && answered;
    }

    /** Whether it has come so far, or was told of another life of the topic. */
    synchronized boolean isAt(String topic, Place last) {
        Place at = places.get(topic);
        return at != null && at.epoch().equals(last.epoch()) && at.offset() >= last.offset();
    }

    /** What it saw of a topic so far. */
    synchronized List<Seen> log(String topic) {
        return List.copyOf(logs.get(topic));
    }

    synchronized List<String> topics() {
        return List.copyOf(logs.keySet());
    }
}
