package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import io.synapse.protocol.ClientMessage.Publish;
import io.synapse.protocol.PhoenixCodec.Version;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/** Payloads go through untouched, whatever they hold. */
@Tag("M9")
class RawJsonTest {

    private final PhoenixCodec codec = new PhoenixCodecs(64, 1 << 22).open(Version.V2);

    /** JSON as people and programs write it: with blanks between the parts, and characters as escapes or not. */
    @Provide
    Arbitrary<String> values() {
        Arbitrary<String> strings = Arbitraries.oneOf(
                        Arbitraries.strings().ofMaxLength(12).map(JsonText::quoted),
                        Arbitraries.of("\"\"", "\"é漢\uD83D\uDE00\"", "\"\\ud83d\\ude00\"", "\"\\\"}],{[\"", "\"\\\\\""))
                .edgeCases(edges -> edges.add("\"\\ud800\""));
        Arbitrary<String> leaves = Arbitraries.oneOf(
                strings,
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.doubles().map(String::valueOf),
                Arbitraries.of(
                        "true", "false", "null", "-0", "1.50", "1E400", "123456789012345678901234567890", "{}", "[]"));
        return Arbitraries.recursive(
                () -> leaves,
                inner -> Combinators.combine(
                                inner.list().ofMaxSize(4),
                                Arbitraries.of("", " ", "\n\t", "  \r\n"),
                                Arbitraries.of(true, false))
                        .as(RawJsonTest::nested),
                0,
                4);
    }

    private static String nested(List<String> items, String blank, boolean object) {
        StringBuilder text = new StringBuilder(object ? "{" : "[").append(blank);
        for (int i = 0; i < items.size(); i++) {
            text.append(i == 0 ? "" : "," + blank);
            text.append(object ? "\"n" + i + "\"" + blank + ":" + blank : "");
            text.append(items.get(i)).append(blank);
        }
        return text.append(object ? "}" : "]").toString();
    }

    private static String publish(String payload) {
        return "{\"topic\":\"t\", \"payload\" :" + payload + " ,\"event\":\"e\"}";
    }

    private static String payloadOf(Inbound inbound) {
        assertThat(inbound).isInstanceOf(Publish.class);
        return ((Publish) inbound).payload().text();
    }

    @Property(tries = 1000)
    @Label("a payload is the very text that stood in the frame, in both versions and in a binary frame")
    void slices(@ForAll("values") String value) {
        String fields = publish(value);
        assertThat(payloadOf(codec.decode("[\"1\",\"2\",\"cortex:漢\uD83D\uDE00\",\"publish\"," + fields + "]")))
                .isEqualTo(value);
        assertThat(payloadOf(codec.decode(
                        "{\"payload\":" + fields + ",\"event\":\"publish\",\"topic\":\"cortex:é\",\"ref\":1}")))
                .isEqualTo(value);
        byte[] data = fields.getBytes(StandardCharsets.UTF_8);
        byte[] topic = "cortex:é".getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(5 + 2 + topic.length + 7 + data.length)
                .put(new byte[] {0, 1, 1, (byte) topic.length, 7, '1', '2'})
                .put(topic)
                .put("publish".getBytes(StandardCharsets.US_ASCII))
                .put(data)
                .flip();
        assertThat(payloadOf(codec.decode(frame))).isEqualTo(value);
    }

    @Example
    @Label("so it is in large frames, where the parser has the text in parts")
    void largeSlices() {
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            String before = "漢\uD83D\uDE00x".repeat(random.nextInt(20_000));
            String value = nested(
                    List.of("\"" + "é\uD83D\uDE00".repeat(random.nextInt(20_000)) + "\"", "1.50"),
                    " ".repeat(random.nextInt(5)),
                    random.nextBoolean());
            String frame = "[\"1\",\"2\",\"cortex:a\",\"publish\",{\"other\":\"" + before
                    + "\",\"topic\":\"t\",\"event\":\"e\",\"payload\":" + value + "}]";
            assertThat(payloadOf(codec.decode(frame)).equals(value)).isTrue();
        }
    }

    @Property(tries = 1000)
    @Label("every event that carries it is JSON again, and its payload the same value")
    void comesOutInEvents(@ForAll("values") String value) {
        RawJson payload =
                ((Publish) codec.decode("[\"1\",\"2\",\"cortex:a\",\"publish\"," + publish(value) + "]")).payload();
        EncodedFrame frame =
                codec.encode(new ServerMessage.Event("cortex:a", "t", "epoch", 3, new Publication("e", payload, 5)));
        assertThat(JsonText.array(frame).subList(0, 4)).isEqualTo(Arrays.asList(null, null, "cortex:a", "e"));
        assertThat(JsonText.array(frame).get(4))
                .isEqualTo(JsonText.parse("{\"topic\":\"t\",\"event\":\"e\",\"payload\":" + value
                        + ",\"offset\":3,\"epoch\":\"epoch\",\"message_id\":\"epoch-3\",\"timestamp\":5}"));
        assertThat(frame.bytes()).isEqualTo(((EncodedFrame.Text) frame).text().getBytes(StandardCharsets.UTF_8).length);
    }

    @Property(tries = 1000)
    @Label("in CBOR it is a value like any other, and comes back as the same JSON value")
    void throughCbor(@ForAll("values") String value) throws IOException {
        // Half a character cannot be written in UTF-8, so no format but JSON's escapes has it.
        Assume.that(!value.contains("\\ud8") || value.contains("\\ude00"));
        Assume.that(isWhole(value));
        CBORFactory cbor = new CBORFactory();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator generator = cbor.createGenerator(bytes)) {
            generator.writeStartArray();
            new RawJson(value).writeTo(generator);
            generator.writeString("after");
            generator.writeEndArray();
        }
        try (JsonParser parser = cbor.createParser(bytes.toByteArray())) {
            parser.nextToken();
            parser.nextToken();
            assertThat(numbersAlike(JsonText.parse(RawJson.read(parser, null).text())))
                    .isEqualTo(numbersAlike(JsonText.parse(value)));
            assertThat(parser.nextTextValue()).isEqualTo("after");
        }
    }

    // JSON has one kind of number: 2E3 and 2000 are the same.
    private static Object numbersAlike(Object value) {
        if (value instanceof Number number) {
            return number.doubleValue() + 0.0;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(RawJsonTest::numbersAlike).toList();
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> alike = new HashMap<>();
            map.forEach((name, inner) -> alike.put(name, numbersAlike(inner)));
            return alike;
        }
        return Objects.requireNonNullElse(value, "null of JSON");
    }

    private static boolean isWhole(String json) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(String.valueOf(JsonText.parse(json)));
    }

    @Example
    @Label("its size is that of its UTF-8, and a digest tells event and payload apart")
    void sizes() throws IOException {
        RawJson payload = new RawJson("\"é漢\uD83D\uDE00\"");
        assertThat(payload.bytes()).isEqualTo(2 + 2 + 3 + 4);
        StringWriter out = new StringWriter();
        try (JsonGenerator generator = new JsonFactory().createGenerator(out)) {
            payload.writeTo(generator);
        }
        assertThat(out).hasToString(payload.text());
        String digest = new Publication("e", payload, 1).digest();
        assertThat(new Publication("e", new RawJson(payload.text()), 2).digest())
                .isEqualTo(digest);
        assertThat(new Publication("f", payload, 1).digest()).isNotEqualTo(digest);
        assertThat(new Publication("e", new RawJson("1"), 1).digest()).isNotEqualTo(digest);
    }
}
