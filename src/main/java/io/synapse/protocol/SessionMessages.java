package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.synapse.protocol.ClientMessage.Acknowledge;
import io.synapse.protocol.ClientMessage.Resumption;
import io.synapse.protocol.ClientMessage.SeenQuery;
import io.synapse.protocol.ClientMessage.Session;
import io.synapse.protocol.ClientMessage.Since;
import io.synapse.protocol.Fields.WrongField;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a client says of its sessions, and of what has arrived: which fields each message must hold. */
final class SessionMessages {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{16,64}");
    private static final Pattern MESSAGE_ID = Pattern.compile("(.{1,96})-([1-9]\\d{0,17})");
    private static final int MAX_MESSAGE_ID_LENGTH = 128;
    private static final int MAX_COUNT = 1000;
    private static final String WRONG_QUERIES = "queries must be an object of whole numbers by ref";
    private static final Json NESTED = new Json(2, 0, 1024);

    private SessionMessages() {}

    static Inbound session(Address address, Fields fields) throws WrongField {
        Optional<Resumption> resumption = resumption(fields, true);
        return resumption.isEmpty()
                ? new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing("session"), "")
                : new Session(address, resumption.get());
    }

    /** {@code session, positions?, queries?}; empty if there is no session. */
    static Optional<Resumption> resumption(Fields fields, boolean namesAgents) throws WrongField {
        Optional<String> name = fields.text("session", Integer.MAX_VALUE);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        if (!NAME.matcher(name.get()).matches()) {
            throw new WrongField("session must be 16 to 64 letters, digits, - and _");
        }
        return Optional.of(new Resumption(
                name.get(), Positions.read(fields, "positions", MAX_COUNT), queries(fields, namesAgents)));
    }

    /** {@code {ref: seq}}; on a socket without joins also {@code {ref: {agent, seq}}}. */
    private static Map<String, SeenQuery> queries(Fields fields, boolean namesAgents) throws WrongField {
        if (fields.isAbsent("queries")) {
            return Map.of();
        }
        RawJson raw = fields.raw("queries").orElseThrow(() -> new WrongField(WRONG_QUERIES));
        Map<String, SeenQuery> queries = new HashMap<>();
        try (JsonParser parser = NESTED.factory().createParser(raw.text())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new WrongField(WRONG_QUERIES);
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String ref = parser.currentName();
                parser.nextToken();
                if (ref.length() > ClientMessage.MAX_QUERY_REF_LENGTH || queries.size() >= MAX_COUNT) {
                    throw new WrongField("queries must have at most " + MAX_COUNT + " refs of at most "
                            + ClientMessage.MAX_QUERY_REF_LENGTH + " characters");
                }
                queries.put(ref, seen(parser, namesAgents));
            }
        } catch (IOException e) {
            throw new WrongField(WRONG_QUERIES);
        }
        return queries;
    }

    private static SeenQuery seen(JsonParser parser, boolean namesAgents) throws IOException, WrongField {
        if (namesAgents && parser.currentToken() == JsonToken.START_OBJECT) {
            Fields fields = Json.fields(parser, null);
            return new SeenQuery(
                    Optional.of(ObjectMessages.agentName(fields)),
                    fields.integer("seq", 0, Long.MAX_VALUE).orElse(0));
        }
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || parser.getLongValue() < 0) {
            throw new WrongField(WRONG_QUERIES);
        }
        return new SeenQuery(Optional.empty(), parser.getLongValue());
    }

    static Inbound acknowledge(Address address, Fields fields) throws WrongField {
        Optional<String> id = fields.text("message_id", MAX_MESSAGE_ID_LENGTH);
        if (id.isEmpty()) {
            return new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing("message_id"), "");
        }
        Matcher matcher = MESSAGE_ID.matcher(id.get());
        if (!matcher.matches()) {
            throw new WrongField("message_id must be that of a message of a topic");
        }
        return new Acknowledge(address, new Since(Long.parseLong(matcher.group(2)), matcher.group(1)));
    }
}
