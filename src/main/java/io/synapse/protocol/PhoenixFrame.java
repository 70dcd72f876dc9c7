package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The parts of one Phoenix frame while they are read. A part that is wrong does not stop the reading: what was read of
 * the address lets the error be answered where the client waits for it.
 */
final class PhoenixFrame {

    private static final int KIND_PUSH = 0;
    private static final int KIND_REPLY = 1;
    private static final int KIND_BROADCAST = 2;
    private static final int MAX_PART = 255;
    private static final int PARTS = 5;

    private Ref joinRef;
    private Ref ref;
    private String topic;
    private String event;
    private Fields fields = Fields.EMPTY;
    private String source;
    private String problem;

    /** The text that is read, of which payloads keep pieces. */
    void from(String text) {
        source = text;
    }

    Address address() {
        return new Address(joinRef, ref, topic);
    }

    String event() {
        return event;
    }

    Fields fields() {
        return fields;
    }

    /** What is wrong with the frame, or null. */
    String problem() {
        return problem == null && event == null ? "event is missing" : problem;
    }

    void array(JsonParser parser) throws IOException {
        int part = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            switch (part) {
                case 0 -> joinRef = ref(parser, "join_ref");
                case 1 -> ref = ref(parser, "ref");
                case 2 -> topic(parser);
                case 3 -> event(parser);
                case 4 -> payload(parser);
                default -> parser.skipChildren();
            }
            part = Math.min(part + 1, PARTS);
        }
        if (part < PARTS) {
            wrong("a frame is [join_ref, ref, topic, event, payload]");
        } else if (topic == null) {
            wrong("topic must be text");
        }
    }

    void object(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "topic" -> topic(parser);
                case "event" -> event(parser);
                case "payload" -> payload(parser);
                case "ref" -> ref = ref(parser, "ref");
                case "join_ref" -> joinRef = ref(parser, "join_ref");
                default -> parser.skipChildren();
            }
        }
    }

    void payload(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            fields = Json.fields(parser, source);
        } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
            parser.skipChildren();
            wrong("payload must be an object");
        }
    }

    private Ref ref(JsonParser parser, String name) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token != JsonToken.VALUE_STRING && !token.isNumeric()) {
            parser.skipChildren();
            wrong(name + " must be text, a number or null");
            return null;
        }
        String text = parser.getText();
        if (text.length() > Ref.MAX_LENGTH) {
            wrong(name + " must have at most " + Ref.MAX_LENGTH + " characters");
            return null;
        }
        return new Ref(text, token.isNumeric());
    }

    private void topic(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            topic = parser.getText();
            if (topic.length() > Address.MAX_TOPIC_LENGTH) {
                topic = null;
                wrong("topic must have at most " + Address.MAX_TOPIC_LENGTH + " characters");
            }
        } else if (parser.currentToken() != JsonToken.VALUE_NULL) {
            parser.skipChildren();
            wrong("topic must be text");
        }
    }

    private void event(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            event = parser.getText();
        } else {
            parser.skipChildren();
            wrong("event must be text");
        }
    }

    private void wrong(String what) {
        if (problem == null) {
            problem = what;
        }
    }

    /** Reads a client push, kind 0, and returns what follows its head: the data. */
    ByteBuffer binary(ByteBuffer frame) throws IOException {
        int header = 5;
        if (frame.remaining() < header) {
            throw new Json.FrameException("a binary frame has at least 5 bytes");
        }
        if (frame.get() != KIND_PUSH) {
            throw new Json.FrameException("a binary frame from a client is a push, kind 0");
        }
        int[] lengths = {frame.get() & 0xff, frame.get() & 0xff, frame.get() & 0xff, frame.get() & 0xff};
        if (frame.remaining() < lengths[0] + lengths[1] + lengths[2] + lengths[3]) {
            throw new Json.FrameException("a binary frame is shorter than its lengths say");
        }
        String joined = part(frame, lengths[0]);
        String quoted = part(frame, lengths[1]);
        joinRef = joined.isEmpty() ? null : Ref.of(joined);
        ref = quoted.isEmpty() ? null : Ref.of(quoted);
        topic = part(frame, lengths[2]);
        event = part(frame, lengths[3]);
        return frame;
    }

    private static String part(ByteBuffer frame, int length) throws IOException {
        ByteBuffer slice = frame.slice(frame.position(), length);
        frame.position(frame.position() + length);
        return Utf8.decode(slice);
    }

    static EncodedFrame encode(PhoenixCodec.Version version, ServerMessage.BinaryReply reply) {
        requireV2(version);
        Address to = reply.to();
        return binary(
                KIND_REPLY,
                reply.data(),
                text(to.joinRef()),
                text(to.ref()),
                to.topic(),
                reply.status().word());
    }

    static EncodedFrame encode(PhoenixCodec.Version version, ServerMessage.BinaryPush push) {
        requireV2(version);
        return push.joinRef() == null
                ? binary(KIND_BROADCAST, push.data(), push.topic(), push.event())
                : binary(KIND_PUSH, push.data(), text(push.joinRef()), push.topic(), push.event());
    }

    private static void requireV2(PhoenixCodec.Version version) {
        if (version != PhoenixCodec.Version.V2) {
            throw new CodecException("a V1 client has no binary frames", null);
        }
    }

    private static String text(Ref ref) {
        return ref == null ? "" : ref.text();
    }

    private static EncodedFrame binary(int kind, Bytes data, String... parts) {
        byte[][] texts = new byte[parts.length][];
        int length = 1 + parts.length + data.length();
        for (int i = 0; i < parts.length; i++) {
            texts[i] = parts[i].getBytes(StandardCharsets.UTF_8);
            if (texts[i].length > MAX_PART) {
                throw new CodecException("a part of a binary frame is longer than " + MAX_PART + " bytes", null);
            }
            length += texts[i].length;
        }
        ByteBuffer frame = ByteBuffer.allocate(length).put((byte) kind);
        for (byte[] text : texts) {
            frame.put((byte) text.length);
        }
        for (byte[] text : texts) {
            frame.put(text);
        }
        data.appendTo(frame);
        return new EncodedFrame.Binary(Bytes.owning(frame.array()));
    }
}
