package io.synapse.protocol;

import io.synapse.protocol.ClientMessage.CallTool;
import io.synapse.protocol.ClientMessage.Heartbeat;
import io.synapse.protocol.ClientMessage.Interrupt;
import io.synapse.protocol.ClientMessage.Join;
import io.synapse.protocol.ClientMessage.JoinPresence;
import io.synapse.protocol.ClientMessage.Leave;
import io.synapse.protocol.ClientMessage.ListTools;
import io.synapse.protocol.ClientMessage.Ping;
import io.synapse.protocol.ClientMessage.Presence;
import io.synapse.protocol.ClientMessage.PresenceUpdate;
import io.synapse.protocol.ClientMessage.Query;
import io.synapse.protocol.ClientMessage.Resume;
import io.synapse.protocol.Fields.WrongField;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From an event and its fields to a typed message: the one place that knows what each event must hold. */
final class ClientMessages {

    /** The longest credential, in characters. */
    static final int MAX_CREDENTIAL_LENGTH = 8192;

    private static final String JOIN = "phx_join";
    private static final int MAX_TRACEPARENT_LENGTH = 128;
    private static final int MAX_SHOWN = 64;
    private static final int MAX_AGENT_LENGTH = 128;
    private static final String DEFAULT_REASON = "user requested";
    private static final double MIN_SPEED = 0.01;
    private static final double MAX_SPEED = 1000;
    private static final double MAX_PACE = 100_000;
    private static final long MAX_MILLIS = Duration.ofDays(1).toMillis();
    private static final Pattern CANCEL_AFTER = Pattern.compile("cancel_after\\((\\d{1,8})\\)");

    private ClientMessages() {}

    static Inbound of(Address address, String event, Fields fields) {
        try {
            return switch (event) {
                case JOIN -> join(address, fields);
                case "phx_leave" -> new Leave(address);
                case "heartbeat" -> new Heartbeat(address);
                case "query" -> query(address, fields);
                case "interrupt" -> interrupt(address, fields);
                case "resume" -> resume(address, fields);
                case "tool" -> tool(address, fields);
                case "replay" -> replay(address, fields);
                case "access_token" -> renew(address, fields);
                case "budget" -> new ClientMessage.Budget(address);
                case "tools" -> new ListTools(address);
                case "register",
                        "unregister",
                        "task_accept",
                        "task_thought",
                        "task_result",
                        "task_failure",
                        "task_stopped" -> WorkerMessages.of(address, event, fields);
                case "subscribe" -> TopicMessages.subscribe(address, fields);
                case "unsubscribe" -> TopicMessages.unsubscribe(address, fields);
                case "publish" -> TopicMessages.publish(address, fields);
                case "history" -> TopicMessages.history(address, fields);
                case "ack" -> SessionMessages.acknowledge(address, fields);
                case "conversation" -> ConversationMessages.read(address, fields);
                case "conversations" -> ConversationMessages.list(address, fields);
                case "conversation_delete" -> ConversationMessages.delete(address, fields);
                case "ping" -> new Ping(address, null);
                case "presence" -> presence(address, fields);
                case "presence_update" -> presenceUpdate(address, fields);
                default -> new Invalid(address, Invalid.Kind.EVENT, Reasons.UNKNOWN_EVENT, shown(event));
            };
        } catch (WrongField e) {
            return new Invalid(address, wrongPayload(event), Reasons.INVALID_FIELD, e.getMessage());
        }
    }

    /** Whether the data of a binary frame with this event are bytes, whatever they look like; else they may be JSON. */
    static boolean isBinary(String event) {
        return event.equals("ping");
    }

    static Inbound ofBinary(Address address, String event, Bytes data) {
        if (isBinary(event)) {
            return new Ping(address, data);
        }
        return new Invalid(
                address, wrongPayload(event), "binary payload not supported", "event " + shown(event) + " takes JSON");
    }

    private static Invalid.Kind wrongPayload(String event) {
        return event.equals(JOIN) ? Invalid.Kind.JOIN : Invalid.Kind.PAYLOAD;
    }

    private static Inbound join(Address address, Fields fields) throws WrongField {
        Optional<String> credential = fields.text("api_key", MAX_CREDENTIAL_LENGTH);
        if (credential.isEmpty()) {
            credential = fields.text("token", MAX_CREDENTIAL_LENGTH);
        }
        String thoughts = fields.text("thoughts", MAX_SHOWN).orElse("flat");
        if (!thoughts.equals("flat") && !thoughts.equals("nested")) {
            throw new WrongField("thoughts must be flat or nested");
        }
        return new Join(
                address,
                credential,
                thoughts.equals("nested"),
                fields.text("query_id", ClientMessage.MAX_QUERY_REF_LENGTH),
                afterSeq(fields),
                joinPresence(fields),
                SessionMessages.resumption(fields, false));
    }

    private static JoinPresence joinPresence(Fields fields) throws WrongField {
        Optional<String> key = fields.text("presence_key", PresenceKeys.MAX_LENGTH);
        Optional<String> problem = key.flatMap(PresenceKeys::problem);
        if (problem.isPresent()) {
            throw new WrongField("presence_key " + problem.get());
        }
        return new JoinPresence(fields.truth("presence").orElse(true), key);
    }

    private static Inbound presence(Address address, Fields fields) throws WrongField {
        return new Presence(
                address,
                fields.text("agent", MAX_AGENT_LENGTH),
                fields.truth("counts").orElse(false));
    }

    private static Inbound presenceUpdate(Address address, Fields fields) throws WrongField {
        Optional<String> status = fields.text("status", ClientMessage.MAX_STATUS_LENGTH);
        if (status.isPresent()
                && (status.get().isBlank() || status.get().chars().anyMatch(Character::isISOControl))) {
            throw new WrongField("status must be printable text and not blank");
        }
        OptionalDouble load = fields.decimal("load", 0, 1);
        if (status.isEmpty() && load.isEmpty()) {
            throw new WrongField("status or load must be there");
        }
        return new PresenceUpdate(address, status, load);
    }

    // The wording of the refusal is fixed for every way in which the two are not there (ledger M5).
    private static Inbound query(Address address, Fields fields) throws WrongField {
        Optional<String> question = required(fields, "q", Integer.MAX_VALUE);
        Optional<String> ref = required(fields, "ref", ClientMessage.MAX_QUERY_REF_LENGTH);
        if (question.isEmpty() || ref.isEmpty()) {
            String wrong = (question.isEmpty() ? "q " : "") + (ref.isEmpty() ? "ref " : "");
            return new Invalid(
                    address,
                    Invalid.Kind.PAYLOAD,
                    Reasons.missing("q, ref"),
                    "missing, empty, too long or not text: " + wrong.strip().replace(" ", ", "));
        }
        return new Query(
                address,
                ref.get(),
                question.get(),
                priority(fields),
                fields.integer("timeout", 1, MAX_MILLIS),
                fields.decimal("pace", 0, MAX_PACE),
                onDisconnect(fields),
                afterSeq(fields),
                snapshot(fields),
                fields.text("traceparent", MAX_TRACEPARENT_LENGTH),
                ConversationMessages.ofQuery(fields));
    }

    private static Inbound tool(Address address, Fields fields) throws WrongField {
        Optional<String> name = required(fields, "name", ClientMessage.MAX_TOOL_NAME_LENGTH);
        Optional<String> ref = required(fields, "ref", ClientMessage.MAX_QUERY_REF_LENGTH);
        if (name.isEmpty() || ref.isEmpty()) {
            String wrong = (name.isEmpty() ? "name " : "") + (ref.isEmpty() ? "ref " : "");
            return new Invalid(
                    address,
                    Invalid.Kind.PAYLOAD,
                    Reasons.missing("name, ref"),
                    "missing, empty, too long or not text: " + wrong.strip().replace(" ", ", "));
        }
        RawJson arguments = fields.raw("args").orElse(RawJson.EMPTY_OBJECT);
        if (!arguments.isObject()) {
            throw new WrongField("args must be an object");
        }
        return new CallTool(
                address,
                ref.get(),
                name.get(),
                arguments,
                priority(fields),
                fields.integer("timeout", 1, MAX_MILLIS),
                onDisconnect(fields),
                afterSeq(fields),
                fields.text("traceparent", MAX_TRACEPARENT_LENGTH));
    }

    private static OptionalInt priority(Fields fields) throws WrongField {
        OptionalLong priority = fields.integer("priority", 0, 9);
        return priority.isPresent() ? OptionalInt.of((int) priority.getAsLong()) : OptionalInt.empty();
    }

    private static Inbound interrupt(Address address, Fields fields) throws WrongField {
        Optional<String> ref = required(fields, "ref", ClientMessage.MAX_QUERY_REF_LENGTH);
        if (ref.isEmpty()) {
            return new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing("ref"), "");
        }
        String reason = fields.text("reason", ClientMessage.MAX_REASON_LENGTH).orElse(DEFAULT_REASON);
        return new Interrupt(address, ref.get(), reason);
    }

    private static Inbound resume(Address address, Fields fields) throws WrongField {
        Optional<String> ref = required(fields, "ref", ClientMessage.MAX_QUERY_REF_LENGTH);
        if (ref.isEmpty()) {
            return new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing("ref"), "");
        }
        return new Resume(address, ref.get(), afterSeq(fields), snapshot(fields));
    }

    // Clients of Phoenix channels that renew tokens call the field access_token.
    private static Inbound renew(Address address, Fields fields) throws WrongField {
        String field = fields.isAbsent("access_token") ? "token" : "access_token";
        Optional<String> credential = fields.text(field, MAX_CREDENTIAL_LENGTH).filter(text -> !text.isEmpty());
        return credential.isPresent()
                ? new ClientMessage.Renew(address, credential.get())
                : new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing("access_token"), "");
    }

    private static Inbound replay(Address address, Fields fields) throws WrongField {
        Optional<String> ref = required(fields, "ref", ClientMessage.MAX_QUERY_REF_LENGTH);
        if (ref.isEmpty()) {
            return new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing("ref"), "");
        }
        double speed = fields.decimal("speed", 0, MAX_SPEED).orElse(1);
        if (speed != 0 && speed < MIN_SPEED) {
            throw new WrongField("speed must be 0 or within " + MIN_SPEED + " and " + (int) MAX_SPEED);
        }
        return new ClientMessage.Replay(address, ref.get(), speed);
    }

    private static Optional<String> required(Fields fields, String name, int maxLength) {
        try {
            return fields.text(name, maxLength).filter(text -> !text.isBlank());
        } catch (WrongField e) {
            return Optional.empty();
        }
    }

    private static long afterSeq(Fields fields) throws WrongField {
        return fields.integer("after_seq", 0, Long.MAX_VALUE).orElse(0);
    }

    private static boolean snapshot(Fields fields) throws WrongField {
        return fields.truth("snapshot").orElse(false);
    }

    private static OnDisconnect onDisconnect(Fields fields) throws WrongField {
        String rule = fields.text("on_disconnect", MAX_SHOWN).orElse("continue");
        if (rule.equals("continue")) {
            return OnDisconnect.CONTINUE;
        }
        if (rule.equals("cancel")) {
            return OnDisconnect.cancelAfter(Duration.ZERO);
        }
        Matcher matcher = CANCEL_AFTER.matcher(rule);
        if (!matcher.matches()) {
            throw new WrongField("on_disconnect must be continue, cancel or cancel_after(milliseconds)");
        }
        return OnDisconnect.cancelAfter(Duration.ofMillis(Long.parseLong(matcher.group(1))));
    }

    static String shown(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }
}
