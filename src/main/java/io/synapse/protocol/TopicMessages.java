package io.synapse.protocol;

import io.synapse.protocol.ClientMessage.Filter;
import io.synapse.protocol.ClientMessage.History;
import io.synapse.protocol.ClientMessage.Publish;
import io.synapse.protocol.ClientMessage.Since;
import io.synapse.protocol.ClientMessage.Subscribe;
import io.synapse.protocol.ClientMessage.SubscribeAll;
import io.synapse.protocol.ClientMessage.Unsubscribe;
import io.synapse.protocol.ClientMessage.UnsubscribeAll;
import io.synapse.protocol.Fields.WrongField;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** What a client can say about topics: which fields each message must hold. */
final class TopicMessages {

    private static final int MAX_EVENTS = 32;
    private static final int MAX_TOPICS = 100;
    private static final String DEFAULT_EVENT = "message";
    private static final int MAX_EPOCH_LENGTH = 96;
    private static final int MAX_KEY_LENGTH = 128;
    private static final int MAX_PAGE = 1_000_000;
    private static final int MAX_WORD = 32;

    private TopicMessages() {}

    static Inbound subscribe(Address address, Fields fields) throws WrongField {
        Set<String> events = fields.texts("events", MAX_EVENTS, EventNames.MAX_LENGTH);
        if (fields.isAbsent("topic")) {
            return fields.isAbsent("events") ? missing(address, "topic or events") : new Filter(address, events);
        }
        return new Subscribe(
                address, target(fields), events, fields.text("policy", MAX_WORD), since(fields), acknowledged(fields));
    }

    /** {@code topics} with one set of options, and {@code positions} by topic. */
    static Inbound subscribeAll(Address address, Fields fields) throws WrongField {
        Set<TopicPattern> targets = targets(fields);
        Set<String> events = fields.texts("events", MAX_EVENTS, EventNames.MAX_LENGTH);
        if (targets.isEmpty()) {
            return fields.isAbsent("events") ? missing(address, "topics") : new Filter(address, events);
        }
        Optional<String> policy = fields.text("policy", MAX_WORD);
        Map<String, Since> positions = Positions.read(fields, "positions", MAX_TOPICS);
        boolean acknowledged = acknowledged(fields);
        List<Subscribe> each = targets.stream()
                .map(target -> new Subscribe(
                        address,
                        target,
                        events,
                        policy,
                        Optional.ofNullable(positions.get(target.text())),
                        acknowledged))
                .toList();
        return new SubscribeAll(address, each);
    }

    private static boolean acknowledged(Fields fields) throws WrongField {
        return fields.truth("acknowledged").orElse(false);
    }

    static Inbound unsubscribeAll(Address address, Fields fields) throws WrongField {
        Set<TopicPattern> targets = targets(fields);
        return targets.isEmpty() ? missing(address, "topics") : new UnsubscribeAll(address, List.copyOf(targets));
    }

    private static Set<TopicPattern> targets(Fields fields) throws WrongField {
        Set<String> names = new LinkedHashSet<>(fields.texts("topics", MAX_TOPICS, Address.MAX_TOPIC_LENGTH));
        fields.text("topic", Address.MAX_TOPIC_LENGTH).ifPresent(names::add);
        Set<TopicPattern> targets = new LinkedHashSet<>();
        for (String name : names) {
            targets.add(target(name));
        }
        return targets;
    }

    /** As {@link #publish}, where the event's name may be left out. */
    static Inbound publishTyped(Address address, Fields fields) throws WrongField {
        Optional<RawJson> payload = fields.raw("payload");
        if (fields.isAbsent("topic") || payload.isEmpty()) {
            return missing(address, "topic, payload");
        }
        String name = fields.isAbsent("event_type") ? "event" : "event_type";
        String event = fields.text(name, EventNames.MAX_LENGTH).orElse(DEFAULT_EVENT);
        return publish(address, fields, event, payload.get());
    }

    static Inbound unsubscribe(Address address, Fields fields) throws WrongField {
        return fields.isAbsent("topic") ? missing(address, "topic") : new Unsubscribe(address, target(fields));
    }

    static Inbound publish(Address address, Fields fields) throws WrongField {
        Optional<RawJson> payload = fields.raw("payload");
        if (fields.isAbsent("topic") || fields.isAbsent("event") || payload.isEmpty()) {
            return missing(address, "topic, event, payload");
        }
        return publish(
                address, fields, fields.text("event", EventNames.MAX_LENGTH).orElseThrow(), payload.get());
    }

    private static Inbound publish(Address address, Fields fields, String event, RawJson payload) throws WrongField {
        Optional<String> problem = EventNames.problem(event);
        if (problem.isPresent()) {
            throw new WrongField(problem.get());
        }
        return new Publish(address, topic(fields), event, payload, fields.text("idempotency_key", MAX_KEY_LENGTH));
    }

    static Inbound history(Address address, Fields fields) throws WrongField {
        if (fields.isAbsent("topic")) {
            return missing(address, "topic");
        }
        OptionalLong limit = fields.integer("limit", 1, MAX_PAGE);
        return new History(
                address,
                topic(fields),
                since(fields),
                limit.isPresent() ? OptionalInt.of((int) limit.getAsLong()) : OptionalInt.empty(),
                fields.truth("reverse").orElse(false));
    }

    private static Invalid missing(Address address, String fields) {
        return new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing(fields), "");
    }

    private static TopicPattern topic(Fields fields) throws WrongField {
        TopicPattern target = target(fields);
        if (!target.isTopic()) {
            throw new WrongField("topic must name one topic, without *");
        }
        return target;
    }

    private static TopicPattern target(Fields fields) throws WrongField {
        return target(fields.text("topic", Address.MAX_TOPIC_LENGTH).orElseThrow());
    }

    private static TopicPattern target(String text) throws WrongField {
        return TopicPattern.parse(text)
                .orElseThrow(() -> new WrongField(
                        "topic must be printable text in which * is a whole segment, and ** the last one"));
    }

    // An offset means nothing without its epoch, except the very beginning.
    static Optional<Since> since(Fields fields) throws WrongField {
        OptionalLong offset = fields.integer("offset", 0, Long.MAX_VALUE);
        Optional<String> epoch = fields.text("epoch", MAX_EPOCH_LENGTH);
        if (offset.isEmpty()) {
            if (epoch.isPresent()) {
                throw new WrongField("epoch needs an offset");
            }
            return Optional.empty();
        }
        if (offset.getAsLong() > 0 && epoch.isEmpty()) {
            throw new WrongField("offset needs an epoch");
        }
        return Optional.of(new Since(offset.getAsLong(), epoch.orElse("")));
    }
}
