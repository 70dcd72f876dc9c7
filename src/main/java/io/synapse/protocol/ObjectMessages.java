package io.synapse.protocol;

import io.synapse.protocol.ClientMessage.ChannelMessage;
import io.synapse.protocol.ClientMessage.Send;
import io.synapse.protocol.Fields.WrongField;
import java.util.Optional;
import java.util.Set;

/** From the fields of one object to a typed message: which fields each message of {@code /ws} must hold. */
final class ObjectMessages {

    private static final int MAX_AGENT_LENGTH = 128;
    private static final int MAX_INTENT_LENGTH = 128;
    private static final int MAX_SHOWN = 64;

    private static final Set<String> AGENT_TYPES = Set.of(
            "query", "interrupt", "resume", "replay", "tool", "conversation", "conversations", "conversation_delete");
    private static final Set<String> CHANNEL_FIELDS =
            Set.of("channel", "intent", "payload", "agent_type", "pillar", "message");

    // What holds one of these was meant for a topic, or for the other socket; a channel must not get it by mistake.
    private static final Set<String> OTHER_FIELDS = Set.of("topic", "event", "event_type");

    private ObjectMessages() {}

    static Inbound of(Fields fields) {
        Address address = Address.NONE;
        try {
            address = new Address(null, id(fields), null);
            if (fields.isAbsent("type")) {
                return untyped(address, fields);
            }
            if (!fields.isText("type")) {
                return new Invalid(address, Invalid.Kind.EVENT, Reasons.NOT_A_REQUEST, "type must be text");
            }
            String type = fields.text("type", Integer.MAX_VALUE).orElseThrow();
            if (AGENT_TYPES.contains(type)) {
                address = address.withTopic(agent(fields));
            }
            if (WorkerMessages.OF_AGENT.contains(type)) {
                // Whoever forgets the name must not serve the agent that everybody asks.
                if (fields.isAbsent("agent")) {
                    return new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing("agent"), "");
                }
                address = address.withTopic(agent(fields));
            }
            return switch (type) {
                case "query",
                        "interrupt",
                        "resume",
                        "replay",
                        "tool",
                        "tools",
                        "budget",
                        "access_token",
                        "history",
                        "ping",
                        "conversation",
                        "conversations",
                        "conversation_delete" -> ClientMessages.of(address, type, fields);
                case "register",
                        "unregister",
                        "task_accept",
                        "task_thought",
                        "task_result",
                        "task_failure",
                        "task_stopped" -> ClientMessages.of(address, type, fields);
                case "subscribe" -> TopicMessages.subscribeAll(address, fields);
                case "unsubscribe" -> TopicMessages.unsubscribeAll(address, fields);
                case "publish" -> TopicMessages.publishTyped(address, fields);
                case "ack" -> SessionMessages.acknowledge(address, fields);
                case "session" -> SessionMessages.session(address, fields);
                case "pong" -> new ClientMessage.Heartbeat(address);
                case "message" -> channelMessage(address, fields);
                case "send" -> send(address, fields);
                default -> new Invalid(address, Invalid.Kind.EVENT, Reasons.UNKNOWN_TYPE, ClientMessages.shown(type));
            };
        } catch (WrongField e) {
            return new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.INVALID_FIELD, e.getMessage());
        }
    }

    private static Inbound untyped(Address address, Fields fields) throws WrongField {
        boolean meansAChannel = CHANNEL_FIELDS.stream().anyMatch(fields::isPresent)
                && OTHER_FIELDS.stream().noneMatch(fields::isPresent);
        if (!meansAChannel) {
            return new Invalid(address, Invalid.Kind.EVENT, Reasons.NOT_A_REQUEST, "type is missing");
        }
        return channelMessage(address, fields);
    }

    private static Ref id(Fields fields) throws WrongField {
        if (fields.isAbsent("id")) {
            return null;
        }
        if (fields.isText("id")) {
            return fields.text("id", Ref.MAX_LENGTH).map(Ref::of).orElseThrow();
        }
        if (!fields.isNumber("id")) {
            throw new WrongField("id must be text or a whole number");
        }
        return new Ref(
                Long.toString(
                        fields.integer("id", Long.MIN_VALUE, Long.MAX_VALUE).orElseThrow()),
                true);
    }

    // The same topic as the agent has on the cortex socket, so that a query is the same query on both.
    private static String agent(Fields fields) throws WrongField {
        return ClientMessage.AGENT_TOPIC + agentName(fields);
    }

    static String agentName(Fields fields) throws WrongField {
        // What was asked on a channel is a query of the agent with the channel's name.
        String field = fields.isAbsent("agent") ? "channel" : "agent";
        String agent = fields.text(field, MAX_AGENT_LENGTH).orElse(ClientMessage.DEFAULT_AGENT);
        if (!ClientMessage.AGENT.matcher(agent).matches()) {
            throw new WrongField(field + " must be printable text");
        }
        return agent;
    }

    /** {@code {channel?, intent?, payload}}, or the older {@code {agent_type?, pillar?, message}}. */
    private static Inbound channelMessage(Address address, Fields fields) throws WrongField {
        Optional<RawJson> payload = fields.raw("payload").or(() -> fields.raw("message"));
        if (payload.isEmpty()) {
            return new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing("payload"), "");
        }
        return new ChannelMessage(address, channel(fields), fields.text("intent", MAX_INTENT_LENGTH), payload.get());
    }

    private static Optional<String> channel(Fields fields) throws WrongField {
        Optional<String> named = fields.text("channel", Address.MAX_TOPIC_LENGTH);
        if (named.isPresent()) {
            return named;
        }
        Optional<String> older = fields.text("agent_type", MAX_SHOWN);
        Optional<String> pillar = fields.text("pillar", MAX_SHOWN);
        if (older.equals(Optional.of(ClientMessage.DEFAULT_AGENT))) {
            return older;
        }
        return pillar.map(name -> "pillar:" + name);
    }

    private static Inbound send(Address address, Fields fields) throws WrongField {
        Optional<String> connection = fields.text("connection_id", MAX_SHOWN);
        Optional<RawJson> payload = fields.raw("payload").or(() -> fields.raw("message"));
        if (connection.isEmpty() || payload.isEmpty()) {
            return new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing("connection_id, payload"), "");
        }
        return new Send(address, connection.get(), fields.text("channel", Address.MAX_TOPIC_LENGTH), payload.get());
    }
}
