package io.synapse.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** CBOR for tests: between JSON, frames, and lists and maps. */
final class Cbor {

    private static final CBORFactory FACTORY = CBORFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Cbor() {}

    /** The same values as a JSON text has. */
    static byte[] of(String json) {
        try (JsonParser parser = new com.fasterxml.jackson.core.JsonFactory().createParser(json)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (JsonGenerator generator = FACTORY.createGenerator(out)) {
                parser.nextToken();
                generator.copyCurrentStructure(parser);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }

    static Object parse(EncodedFrame frame) {
        try (JsonParser parser =
                FACTORY.createParser(((EncodedFrame.Binary) frame).data().toArray())) {
            return JsonText.whole(parser);
        } catch (IOException e) {
            throw new AssertionError("not CBOR", e);
        }
    }
}
