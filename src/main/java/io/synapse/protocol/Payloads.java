package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The payloads that the server's messages have, each with its fields in the order the protocol lists them. */
public final class Payloads {

    /** Lists of objects of plain values. */
    private static final int MAX_DEPTH = 2;

    private Payloads() {}

    /**
     * A payload of a few named values.
     *
     * @param namesAndValues names and values in turn; a null value leaves its name out. Values are text, whole numbers,
     *     doubles or booleans
     * @return the payload
     */
    public static Body of(Object... namesAndValues) {
        Object[] copy = namesAndValues.clone();
        if (FlatBody.takes(copy)) {
            return new FlatBody(copy);
        }
        return generator -> {
            generator.writeStartObject();
            for (int i = 0; i < copy.length; i += 2) {
                if (copy[i + 1] != null) {
                    generator.writeFieldName((String) copy[i]);
                    value(generator, copy[i + 1], 0, MAX_DEPTH);
                }
            }
            generator.writeEndObject();
        };
    }

    /**
     * What was wrong with a frame or a request.
     *
     * @param reason one of {@link Reasons}
     * @param detail which part; empty leaves it out
     * @param ref the query it is about; null leaves it out
     * @return {@code {reason, detail?, ref?}}
     */
    public static ErrorBody error(String reason, String detail, String ref) {
        return refusal(reason, "detail", detail.isEmpty() ? null : detail, "ref", ref);
    }

    /**
     * A refusal.
     *
     * @param reason one of {@link Reasons}
     * @param namesAndValues what else helps, as for {@link #of}
     * @return {@code {reason, …}}
     */
    public static ErrorBody refusal(String reason, Object... namesAndValues) {
        return new ErrorBody(reason, of(namesAndValues));
    }

    /**
     * A number as it came.
     *
     * @param generator where to
     * @param digits a JSON number
     */
    static void writeNumber(JsonGenerator generator, String digits) throws IOException {
        if (generator.canWriteBinaryNatively()) {
            BigDecimal number = new BigDecimal(digits);
            if (number.scale() == 0 && number.unscaledValue().bitLength() < Long.SIZE) {
                generator.writeNumber(number.longValueExact());
            } else {
                generator.writeNumber(number);
            }
        } else {
            generator.writeRawValue(digits);
        }
    }

    /**
     * Something that was published on a topic, as {@code /ws} says it.
     *
     * @param event it
     * @return {@code {event_type,topic,seq,offset,epoch,message_id,scope?,payload,timestamp}}
     */
    public static Body typedEvent(ServerMessage.Event event) {
        return generator -> {
            Publication publication = event.publication();
            generator.writeStartObject();
            generator.writeStringField("event_type", publication.event());
            generator.writeStringField("topic", event.topic());
            generator.writeNumberField("seq", event.offset());
            writePlace(generator, event);
            generator.writeFieldName("payload");
            publication.payload().writeTo(generator);
            generator.writeNumberField("timestamp", publication.timestamp());
            generator.writeEndObject();
        };
    }

    private static void writePlace(JsonGenerator generator, ServerMessage.Event event) throws IOException {
        generator.writeNumberField("offset", event.offset());
        generator.writeStringField("epoch", event.epoch());
        generator.writeStringField("message_id", event.messageId());
        if (event.local()) {
            generator.writeStringField("scope", "node");
        }
    }

    /**
     * The node is going.
     *
     * @param message when to connect again
     * @param event what it is, where nothing else says so; null leaves it out
     * @return {@code {event?,reason,reconnect_after_ms}}
     */
    static Body reconnect(ServerMessage.Reconnect message, String event) {
        return of("event", event, "reason", Reasons.STOPPING, "reconnect_after_ms", message.afterMillis());
    }

    /**
     * One thought.
     *
     * @param ref the query
     * @param seqFrom the position of the first piece, if several were merged into this thought; else the same as seq
     * @param seq its position in the query
     * @param type what kind of step
     * @param content the step
     * @param confidence 0 to 1, if known
     * @param timestamp epoch milliseconds
     * @param nested whether type and content stand in an object of their own
     * @return {@code {ref,seq_from?,seq,type,content,timestamp}}, or {@code {ref,seq_from?,seq,timestamp,thought:{type,
     *     content}}}, with {@code confidence} beside {@code content} if known
     */
    public static Body thought(
            String ref,
            long seqFrom,
            long seq,
            String type,
            String content,
            OptionalDouble confidence,
            long timestamp,
            boolean nested) {
        return new ThoughtBody(ref, seqFrom, seq, type, content, confidence, timestamp, nested);
    }

    /**
     * Something that was published on a topic.
     *
     * @param event it
     * @return {@code {topic,event,payload,offset,epoch,message_id,scope?,timestamp}}
     */
    public static Body event(ServerMessage.Event event) {
        return generator -> {
            Publication publication = event.publication();
            generator.writeStartObject();
            generator.writeStringField("topic", event.topic());
            generator.writeStringField("event", publication.event());
            generator.writeFieldName("payload");
            publication.payload().writeTo(generator);
            writePlace(generator, event);
            generator.writeNumberField("timestamp", publication.timestamp());
            generator.writeEndObject();
        };
    }

    /**
     * The one result of a query.
     *
     * @param ref the query
     * @param status how it ended
     * @param data what it found: an object
     * @param latencyMillis from acceptance to the end
     * @param lastSeq the seq of the last thought
     * @param truncated whether the thoughts end before the answer does
     * @return {@code {ref,status,data,latency_ms,last_seq,truncated_at_seq?}}
     */
    public static Body result(
            String ref, String status, RawJson data, long latencyMillis, long lastSeq, boolean truncated) {
        return new ResultBody(ref, status, data, latencyMillis, lastSeq, truncated);
    }

    /**
     * The same payload with the channel that it belongs to.
     *
     * @param channel the channel
     * @param payload an object
     * @return {@code {channel, …}}
     */
    public static Body onChannel(String channel, Body payload) {
        return marked("channel", channel, payload);
    }

    /**
     * The same payload with one more field, which comes first.
     *
     * @param name of a field that it does not have
     * @param value of the field
     * @param payload an object
     * @return {@code {name, …}}
     */
    public static Body marked(String name, String value, Body payload) {
        return generator -> {
            generator.writeStartObject();
            generator.writeStringField(name, value);
            payload.writeTo(new FlatGenerator(generator));
            generator.writeEndObject();
        };
    }

    /**
     * Which tools there are.
     *
     * @param tools each by itself
     * @return {@code {tools:[{name,description,input_schema}]}}
     */
    public static Body tools(List<ToolDescription> tools) {
        return generator -> {
            generator.writeStartObject();
            generator.writeArrayFieldStart("tools");
            for (ToolDescription tool : tools) {
                generator.writeStartObject();
                generator.writeStringField("name", tool.name());
                generator.writeStringField("description", tool.description());
                generator.writeFieldName("input_schema");
                tool.inputSchema().writeTo(generator);
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        };
    }

    /**
     * What an engine found, by itself.
     *
     * @param data values as {@code Answer} allows them
     * @param maxDepth how deep they may nest
     * @return the data
     */
    public static Body data(Map<String, ?> data, int maxDepth) {
        return generator -> value(generator, data, 0, maxDepth);
    }

    private static void value(JsonGenerator generator, Object value, int depth, int maxDepth) throws IOException {
        if (depth > maxDepth) {
            throw new IOException("data nests deeper than " + maxDepth);
        }
        if (value == null) {
            generator.writeNull();
        } else if (value instanceof CharSequence text) {
            generator.writeString(text.toString());
        } else if (value instanceof Boolean truth) {
            generator.writeBoolean(truth);
        } else if (value instanceof Number number) {
            number(generator, number);
        } else if (value instanceof Map<?, ?> map) {
            generator.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                generator.writeFieldName(String.valueOf(entry.getKey()));
                value(generator, entry.getValue(), depth + 1, maxDepth);
            }
            generator.writeEndObject();
        } else if (value instanceof List<?> list) {
            generator.writeStartArray();
            for (Object item : list) {
                value(generator, item, depth + 1, maxDepth);
            }
            generator.writeEndArray();
        } else {
            throw new IOException("data holds a " + value.getClass().getName());
        }
    }

    private static void number(JsonGenerator generator, Number number) throws IOException {
        if (number instanceof Double || number instanceof Float) {
            // NaN and the infinities have no word in JSON; Jackson would write them as text.
            if (!Double.isFinite(number.doubleValue())) {
                throw new IOException("data holds a number that is not finite");
            }
            if (number instanceof Float) {
                generator.writeNumber(number.floatValue());
            } else {
                generator.writeNumber(number.doubleValue());
            }
        } else if (number instanceof java.math.BigDecimal decimal) {
            generator.writeNumber(decimal);
        } else if (number instanceof java.math.BigInteger integer) {
            generator.writeNumber(integer);
        } else if (number instanceof Long
                || number instanceof Integer
                || number instanceof Short
                || number instanceof Byte) {
            generator.writeNumber(number.longValue());
        } else {
            // Any other might be a fraction, and lose it.
            throw new IOException("data holds a " + number.getClass().getName());
        }
    }
}
