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
        } catch (IOException e) {
            return notAMessage("not CBOR, or past a bound");
        }
    }

    private static Inbound read(JsonParser parser, String source) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            return notAMessage("a message is one object");
        }
        Fields fields = Json.fields(parser, source);
        if (parser.nextToken() != null) {
            return notAMessage("something follows the message");
        }
        return ObjectMessages.of(fields);
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
                        ? write(push.event(), generator -> error(generator, error))
                        : write(push.event(), generator -> generator.body(push.payload()));
            }
            case EVENT -> {
                ServerMessage.Event event = (ServerMessage.Event) message;
                yield event.publication()
                        .frame(format, () -> write("event", generator -> generator.body(Payloads.typedEvent(event))));
            }
            case TOPIC_CLOSED, TOPIC_CRASHED, BINARY_REPLY, BINARY_PUSH ->
                throw new CodecException("/ws has no word for " + message.kind(), null);
        };
    }

    private EncodedFrame reply(ServerMessage.Reply reply) {
        Ref id = reply.to().ref();
        if (reply.status() == ServerMessage.Status.OK) {
            return write("response", generator -> {
                id(generator, id);
                generator.field("result", reply.response());
            });
        }
        ErrorBody refused = reply.response() instanceof ErrorBody known
                ? known
                : new ErrorBody(Reasons.INTERNAL_ERROR, reply.response());
        if (id == null) {
            return write("error", generator -> error(generator, refused));
        }
        return write("response", generator -> {
            id(generator, id);
            generator.field("error", inner -> {
                inner.writeStartObject();
                error(new Writer(inner), refused);
                inner.writeEndObject();
            });
        });
    }

    private static void error(Writer writer, ErrorBody error) throws IOException {
        writer.generator.writeNumberField("code", ErrorCodes.of(error.reason()));
        writer.generator.writeStringField("message", error.reason());
        writer.body(error);
    }

    private static void id(Writer writer, Ref id) throws IOException {
        writer.generator.writeFieldName("id");
        if (id == null) {
            writer.generator.writeNull();
        } else if (id.number()) {
            Payloads.writeNumber(writer.generator, id.text());
        } else {
            writer.generator.writeString(id.text());
        }
    }

    /** Writes the rest of a message. */
    @FunctionalInterface
    private interface Rest {
        void writeTo(Writer writer) throws IOException;
    }

    /** Writes into the object of a message that is open. */
    private static final class Writer {
        private final JsonGenerator generator;

        Writer(JsonGenerator generator) {
            this.generator = generator;
        }

        void field(String name, Body value) throws IOException {
            generator.writeFieldName(name);
            value.writeTo(generator);
        }

        /** The fields of a payload, beside those that are there. */
        void body(Body payload) throws IOException {
            payload.writeTo(new FlatGenerator(generator));
        }
    }

    private EncodedFrame write(String type, Rest rest) {
        try {
            if (format == Format.JSON) {
                StringWriter out = new StringWriter();
                try (JsonGenerator generator = json.factory().createGenerator(out)) {
                    object(generator, type, rest);
                }
                return EncodedFrame.text(out.toString());
            }
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (JsonGenerator generator = json.factory().createGenerator(out)) {
                object(generator, type, rest);
            }
            return new EncodedFrame.Binary(Bytes.owning(out.toByteArray()));
        } catch (IOException e) {
            throw new CodecException("cannot encode " + type + ": " + e.getMessage(), e);
        }
    }

    private static void object(JsonGenerator generator, String type, Rest rest) throws IOException {
        generator.writeStartObject();
        generator.writeStringField("type", type);
        rest.writeTo(new Writer(generator));
        generator.writeEndObject();
    }
}
