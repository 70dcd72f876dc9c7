package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.synapse.protocol.Invalid.Kind;
import io.synapse.protocol.ObjectCodecs.Format;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;

/**
 * The wire of {@code /ws}: one object a message, {@code type} first, in JSON or in CBOR. The two say the same; {@code
 * docs/protocol.md} is normative. Safe for use by many threads.
 */
public final class ObjectCodec implements MessageCodec {

    private static final Invalid NO_OBJECT =
            new Invalid(Address.NONE, Kind.FRAME, Reasons.NOT_A_REQUEST, "a message is one object");

    private final Format format;
    private final Json json;

    ObjectCodec(Format format, Json json) {
        this.format = format;
        this.json = json;
    }

    @Override
    public Inbound decode(String frame) {
        if (format != Format.JSON) {
            return notAMessage("this connection speaks CBOR in binary frames");
        }
        try (JsonParser parser = json.factory().createParser(frame)) {
            return read(parser, frame);
        } catch (IOException e) {
            return notAMessage(json.problem(e));
        }
    }

    @Override
    public Inbound decode(ByteBuffer frame) {
        if (format != Format.CBOR) {
            return notAMessage("this connection speaks JSON in text frames");
        }
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        try (JsonParser parser = json.factory().createParser(bytes)) {
            return read(parser, null);
        } catch (IOException | RuntimeException e) {
            // Values that JSON has no word for come as the latter.
            return notAMessage("not CBOR, or past a bound");
        }
    }

    private static Inbound read(JsonParser parser, String source) throws IOException {
        JsonToken first = parser.nextToken();
        if (first == null) {
            return notAMessage("an empty frame");
        }
        if (first != JsonToken.START_OBJECT) {
            return NO_OBJECT;
        }
        Fields fields = Json.fields(parser, source);
        if (parser.nextToken() != null) {
            return notAMessage("something follows the message");
        }
        return ObjectMessages.of(fields);
    }

    /** The message of a binary format that the parser stands on; moves the parser to its end. */
    static Inbound message(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return NO_OBJECT;
        }
        return ObjectMessages.of(Json.fields(parser, null));
    }

    Format format() {
        return format;
    }

    JsonParser parser(byte[] bytes) throws IOException {
        return json.factory().createParser(bytes);
    }

    private static Invalid notAMessage(String detail) {
        return new Invalid(Address.NONE, Kind.FRAME, Reasons.NOT_A_MESSAGE, detail);
    }

    @Override
    public EncodedFrame encode(ServerMessage message) {
        return switch (message.kind()) {
            case REPLY -> reply((ServerMessage.Reply) message);
            case PUSH -> {
                ServerMessage.Push push = (ServerMessage.Push) message;
                yield push.payload() instanceof ErrorBody error
                        ? error(null, error)
                        : write(push.event(), null, generator -> flat(generator, push.payload()));
            }
            case EVENT -> {
                ServerMessage.Event event = (ServerMessage.Event) message;
                yield event.publication()
                        .frame(format, () -> write("event", null, out -> flat(out, Payloads.typedEvent(event))));
            }
            case RECONNECT -> {
                Body payload = Payloads.reconnect((ServerMessage.Reconnect) message, "reconnect");
                yield write("system", null, generator -> flat(generator, payload));
            }
            case TOPIC_CLOSED, TOPIC_CRASHED, BINARY_REPLY, BINARY_PUSH ->
                throw new CodecException("/ws has no word for " + message.kind(), null);
        };
    }

    private EncodedFrame reply(ServerMessage.Reply reply) {
        Ref id = reply.to().ref();
        if (reply.status() == ServerMessage.Status.OK) {
            return write("response", id, out -> {
                out.writeFieldName("result");
                reply.response().writeTo(out);
            });
        }
        return error(
                id,
                reply.response() instanceof ErrorBody known
                        ? known
                        : new ErrorBody(Reasons.INTERNAL_ERROR, reply.response()));
    }

    private EncodedFrame error(Ref id, ErrorBody error) {
        return write("error", id, out -> flat(out, error.coded()));
    }

    private static void flat(JsonGenerator out, Body payload) throws IOException {
        payload.writeTo(new FlatGenerator(out));
    }

    /** Writes the rest of a message. */
    @FunctionalInterface
    private interface Rest {
        void writeTo(JsonGenerator out) throws IOException;
    }

    private EncodedFrame write(String type, Ref id, Rest rest) {
        try {
            if (format == Format.JSON) {
                StringWriter out = new StringWriter();
                try (JsonGenerator generator = json.factory().createGenerator(out)) {
                    object(generator, type, id, rest);
                }
                return EncodedFrame.text(oneLine(out.toString()));
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (JsonGenerator generator = json.factory().createGenerator(out)) {
                object(generator, type, id, rest);
            }
            return new EncodedFrame.Binary(Bytes.owning(out.toByteArray()));
        } catch (IOException e) {
            throw new CodecException("cannot encode " + type + ": " + e.getMessage(), e);
        }
    }

    // A client's own JSON may have line breaks between its parts, and other clients take a message for a line.
    private static String oneLine(String json) {
        return json.indexOf('\n') < 0 && json.indexOf('\r') < 0
                ? json
                : json.replace('\n', ' ').replace('\r', ' ');
    }

    private static void object(JsonGenerator out, String type, Ref id, Rest rest) throws IOException {
        out.writeStartObject();
        out.writeStringField("type", type);
        if (id != null) {
            out.writeFieldName("id");
            if (id.number()) {
                Payloads.writeNumber(out, id.text());
            } else {
                out.writeString(id.text());
            }
        }
        rest.writeTo(out);
        out.writeEndObject();
    }
}
