package io.synapse.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** How a client puts messages into the frames of a sub-protocol of {@code /ws}, as the documentation tells it. */
public final class Packing {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

    private final boolean cbor;
    private final boolean sequences;
    private final boolean deflates;

    private Packing(boolean cbor, boolean sequences, boolean deflates) {
        this.cbor = cbor;
        this.sequences = sequences;
        this.deflates = deflates;
    }

    /** By the name of the sub-protocol; empty means the one that is spoken when none is offered. */
    public static Packing of(String subprotocol) {
        return new Packing(
                subprotocol.contains("cbor"),
                subprotocol.contains("seq") || subprotocol.contains("nd"),
                subprotocol.endsWith(".deflate"));
    }

    /** The messages of a text frame. */
    public List<JsonNode> messages(String frame) {
        if (cbor) {
            throw new AssertionError("text on a connection that speaks CBOR: " + frame);
        }
        List<String> lines = sequences ? List.of(frame.split("\n", -1)) : List.of(frame);
        if (!sequences && frame.contains("\n")) {
            throw new AssertionError("a line break: " + frame);
        }
        return lines.stream().map(Packing::parsed).toList();
    }

    /** The messages of a binary frame. */
    public List<JsonNode> messages(byte[] frame) {
        if (deflates && frame[0] == 1) {
            byte[] plain = inflated(frame);
            return cbor ? sequence(plain) : messages(new String(plain, StandardCharsets.UTF_8));
        }
        if (!cbor) {
            throw new AssertionError("bytes on a connection that speaks JSON");
        }
        return sequence(frame);
    }

    private List<JsonNode> sequence(byte[] data) {
        try (MappingIterator<JsonNode> items = CBOR.readerFor(JsonNode.class).readValues(data)) {
            List<JsonNode> all = items.readAll();
            if (!sequences && all.size() != 1) {
                throw new AssertionError("not one message in a frame: " + all);
            }
            return all;
        } catch (IOException e) {
            throw new AssertionError("not CBOR", e);
        }
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }

    private static byte[] inflated(byte[] frame) {
        Inflater inflater = new Inflater(true);
        try (InputStreamOf in = new InputStreamOf(frame, inflater)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError("not DEFLATE", e);
        } finally {
            inflater.end();
        }
    }

    /** All but the first byte. */
    private static final class InputStreamOf extends InflaterInputStream {
        private InputStreamOf(byte[] frame, Inflater inflater) {
            super(new ByteArrayInputStream(frame, 1, frame.length - 1), inflater);
        }
    }

    /** The frame of a client's messages: a text, or bytes. Who may compress does. */
    public Object frame(String... messages) {
        if (!cbor) {
            String text = String.join("\n", messages);
            return deflates ? deflated(text.getBytes(StandardCharsets.UTF_8)) : text;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String message : messages) {
            try {
                out.writeBytes(CBOR.writeValueAsBytes(JSON.readTree(message)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return deflates ? deflated(out.toByteArray()) : out.toByteArray();
    }

    /** The mark, and raw DEFLATE. */
    public static byte[] deflated(byte[] plain) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(1);
        try (DeflaterOutputStream deflating = new DeflaterOutputStream(out, deflater)) {
            deflating.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            deflater.end();
        }
        return out.toByteArray();
    }

    /** Many times the same byte, in very few. */
    public static byte[] bomb(int size, char what) {
        byte[] plain = new byte[size];
        Arrays.fill(plain, (byte) what);
        return deflated(plain);
    }
}
