package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The Phoenix Channels wire: V1 objects, V2 arrays, V2 binary frames.
 *
 * <p><b>Which version.</b> The npm client sends V2 arrays whatever {@code vsn} it announces, while hand-written clients
 * send V1 objects without announcing anything, so the first character of each frame decides how it is read, and the
 * server speaks as the client's last well-formed frame did: a slip must not change what a client can read. Before the
 * client has spoken, {@code vsn} decides.
 *
 * <p>Source: Phoenix 1.8 {@code socket/serializers}, and what npm {@code phoenix} 1.7.21 and 1.8.16 send; {@code
 * docs/protocol.md} is normative.
 */
public final class PhoenixCodec implements MessageCodec {

    /** How a frame is laid out. */
    public enum Version {
        /** {@code {topic,event,payload,ref,join_ref?}}. */
        V1,
        /** {@code [join_ref,ref,topic,event,payload]}, and binary frames. */
        V2
    }

    /** Clients that get the same frame for the same publication. */
    private record Way(Version version, String via) {}

    private static final String HEARTBEAT_TOPIC = "phoenix";
    private static final int MAX_EVENT_LENGTH = 255;

    private final Json json;
    private final Json payloads;
    private volatile Version version;

    /**
     * A codec for one connection.
     *
     * @param factory makes the parsers; shared by all connections
     * @param announced the version that the handshake named
     */
    public PhoenixCodec(PhoenixCodecs factory, Version announced) {
        this.json = factory.frames();
        this.payloads = factory.payloads();
        this.version = Objects.requireNonNull(announced, "announced");
    }

    /**
     * How the server speaks now.
     *
     * @return the version of the client's last well-formed frame
     */
    public Version version() {
        return version;
    }

    @Override
    public Inbound decode(String frame) {
        PhoenixFrame read = new PhoenixFrame();
        Version spoken;
        try (JsonParser parser = json.factory().createParser(frame)) {
            read.from(frame);
            JsonToken first = parser.nextToken();
            if (first == JsonToken.START_ARRAY) {
                spoken = Version.V2;
                read.array(parser);
            } else if (first == JsonToken.START_OBJECT) {
                spoken = Version.V1;
                read.object(parser);
            } else {
                return malformed(Address.NONE, "a frame is a JSON array or a JSON object");
            }
            if (parser.nextToken() != null) {
                return malformed(read.address(), "something follows the frame");
            }
        } catch (IOException e) {
            return malformed(read.address(), json.problem(e));
        }
        return message(read, spoken);
    }

    @Override
    public Inbound decode(ByteBuffer frame) {
        PhoenixFrame read = new PhoenixFrame();
        try {
            ByteBuffer data = read.binary(frame);
            if (ClientMessages.isBinary(read.event()) || !data.hasRemaining() || data.get(data.position()) != '{') {
                version = Version.V2;
                return ClientMessages.ofBinary(read.address(), read.event(), Bytes.copyOf(data));
            }
            // Decoded here: the parser would guess the encoding, and replace what is not UTF-8.
            String payload = Utf8.decode(data);
            try (JsonParser parser = payloads.factory().createParser(payload)) {
                read.from(payload);
                parser.nextToken();
                read.payload(parser);
                if (parser.nextToken() != null) {
                    return malformed(read.address(), "something follows the payload");
                }
            }
        } catch (IOException e) {
            return malformed(read.address(), payloads.problem(e));
        }
        return message(read, Version.V2);
    }

    private Inbound message(PhoenixFrame read, Version spoken) {
        Address address = read.address();
        if (read.problem() != null) {
            return malformed(address, read.problem());
        }
        if (read.event().length() > MAX_EVENT_LENGTH) {
            return malformed(address, "event must have at most " + MAX_EVENT_LENGTH + " characters");
        }
        version = spoken;
        if (read.event().equals("heartbeat")) {
            if (address.topic() == null) {
                address = address.withTopic(HEARTBEAT_TOPIC);
            }
            if (!address.topic().equals(HEARTBEAT_TOPIC)) {
                return new Invalid(
                        address, Invalid.Kind.EVENT, Reasons.UNKNOWN_EVENT, "heartbeat is for topic phoenix");
            }
        }
        return ClientMessages.of(address, read.event(), read.fields());
    }

    private static Invalid malformed(Address address, String detail) {
        return new Invalid(address, Invalid.Kind.FRAME, Reasons.MALFORMED, detail);
    }

    @Override
    public EncodedFrame encode(ServerMessage message) {
        Version spoken = version;
        return switch (message.kind()) {
            case REPLY -> {
                ServerMessage.Reply reply = (ServerMessage.Reply) message;
                yield text(spoken, reply.to(), "phx_reply", ReplyBody.of(reply));
            }
            case PUSH -> {
                ServerMessage.Push push = (ServerMessage.Push) message;
                yield text(spoken, new Address(push.joinRef(), null, push.topic()), push.event(), push.payload());
            }
            case TOPIC_CLOSED -> {
                ServerMessage.TopicClosed closed = (ServerMessage.TopicClosed) message;
                Address address = new Address(closed.joinRef(), closed.joinRef(), closed.topic());
                yield text(spoken, address, "phx_close", Body.EMPTY);
            }
            case TOPIC_CRASHED -> {
                ServerMessage.TopicCrashed crashed = (ServerMessage.TopicCrashed) message;
                Address address = new Address(crashed.joinRef(), crashed.joinRef(), crashed.topic());
                yield text(spoken, address, "phx_error", Payloads.of("reason", crashed.reason()));
            }
            case EVENT -> {
                ServerMessage.Event event = (ServerMessage.Event) message;
                yield event.publication().frame(new Way(spoken, event.via()), () -> event(spoken, event));
            }
            case RECONNECT -> {
                Body payload = Payloads.reconnect((ServerMessage.Reconnect) message, null);
                yield text(spoken, new Address(null, null, HEARTBEAT_TOPIC), "reconnect", payload);
            }
            case BINARY_REPLY -> PhoenixFrame.encode(spoken, (ServerMessage.BinaryReply) message);
            case BINARY_PUSH -> PhoenixFrame.encode(spoken, (ServerMessage.BinaryPush) message);
        };
    }

    // A broadcast has no join_ref, so that all who have joined the same topic can share the frame.
    private EncodedFrame event(Version spoken, ServerMessage.Event event) {
        Publication published = event.publication();
        return text(spoken, new Address(null, null, event.via()), published.event(), Payloads.event(event));
    }

    private EncodedFrame text(Version spoken, Address address, String event, Body payload) {
        return payload instanceof PlainBody plain
                ? plain(spoken, address, event, plain)
                : generated(spoken, address, event, payload);
    }

    private static EncodedFrame plain(Version spoken, Address address, String event, PlainBody payload) {
        JsonBuilder out = new JsonBuilder();
        if (spoken == Version.V2) {
            out.raw("[").ref(address.joinRef()).raw(",").ref(address.ref()).raw(",");
            out.string(address.topic()).raw(",").string(event).raw(",");
            payload.writeTo(out);
            out.raw("]");
        } else {
            out.raw("{\"topic\":").string(address.topic()).raw(",\"event\":").string(event);
            out.raw(",\"payload\":");
            payload.writeTo(out);
            out.raw(",\"ref\":").ref(address.ref()).raw("}");
        }
        return EncodedFrame.text(out.toString());
    }

    private EncodedFrame generated(Version spoken, Address address, String event, Body payload) {
        StringWriter out = new StringWriter();
        try (JsonGenerator generator = json.factory().createGenerator(out)) {
            if (spoken == Version.V2) {
                generator.writeStartArray();
                ref(generator, address.joinRef());
                ref(generator, address.ref());
                generator.writeString(address.topic());
                generator.writeString(event);
                payload.writeTo(generator);
                generator.writeEndArray();
            } else {
                generator.writeStartObject();
                generator.writeStringField("topic", address.topic());
                generator.writeStringField("event", event);
                generator.writeFieldName("payload");
                payload.writeTo(generator);
                generator.writeFieldName("ref");
                ref(generator, address.ref());
                generator.writeEndObject();
            }
        } catch (IOException e) {
            throw new CodecException("cannot encode " + event + ": " + e.getMessage(), e);
        }
        return EncodedFrame.text(out.toString());
    }

    private static void ref(JsonGenerator generator, Ref ref) throws IOException {
        if (ref == null) {
            generator.writeNull();
        } else if (ref.number()) {
            generator.writeRawValue(ref.text());
        } else {
            generator.writeString(ref.text());
        }
    }
}
