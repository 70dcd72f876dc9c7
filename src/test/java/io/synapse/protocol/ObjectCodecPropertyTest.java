package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.protocol.ObjectCodecs.Format;
import io.synapse.protocol.ServerMessage.Event;
import io.synapse.protocol.ServerMessage.Push;
import io.synapse.protocol.ServerMessage.Reply;
import io.synapse.protocol.ServerMessage.Status;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.StringLength;

/** JSON and CBOR are two ways of saying the same. */
@Tag("K9")
class ObjectCodecPropertyTest {

    private final ObjectCodecs codecs = new ObjectCodecs(64, 1 << 20);
    private final ObjectCodec json = codecs.open(Format.JSON);
    private final ObjectCodec cbor = codecs.open(Format.CBOR);

    // UTF-8 has no halves of characters: JSON escapes them, CBOR cannot.
    private static Arbitrary<String> text() {
        return Arbitraries.strings()
                .ofMaxLength(20)
                .filter(text -> text.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE));
    }

    @Provide
    Arbitrary<Map<String, Object>> data() {
        Arbitrary<Object> leaves = Arbitraries.oneOf(
                text().map(text -> (Object) text),
                Arbitraries.longs().map(number -> (Object) number),
                Arbitraries.integers().map(number -> (Object) number),
                Arbitraries.doubles().map(number -> (Object) number),
                Arbitraries.of(true, false).map(truth -> (Object) truth));
        Arbitrary<Object> nested = Arbitraries.recursive(
                () -> leaves,
                inner -> Arbitraries.oneOf(
                        inner.list().ofMaxSize(4).map(list -> (Object) list),
                        Arbitraries.maps(text(), inner).ofMaxSize(4).map(map -> (Object) map)),
                0,
                4);
        return Arbitraries.maps(text(), nested).ofMaxSize(4);
    }

    @Provide
    Arbitrary<Ref> ids() {
        return Arbitraries.oneOf(
                text().map(Ref::of),
                Arbitraries.longs().map(number -> new Ref(number.toString(), true)),
                Arbitraries.just(null));
    }

    @Provide
    Arbitrary<String> reasons() {
        return Arbitraries.oneOf(
                text(),
                Arbitraries.of(
                        Reasons.NOT_A_MESSAGE, Reasons.UNKNOWN_TYPE, Reasons.FORBIDDEN, Reasons.missing("topic")));
    }

    private Object sameInBoth(ServerMessage message) {
        EncodedFrame text = json.encode(message);
        Object said = JsonText.parse(((EncodedFrame.Text) text).text());
        assertThat(plain(Cbor.parse(cbor.encode(message)))).isEqualTo(plain(said));
        return said;
    }

    // A number is the same number whatever type a parser gives it.
    private static Object plain(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> plain = new LinkedHashMap<>();
            map.forEach((name, inner) -> plain.put(name, plain(inner)));
            return plain;
        }
        if (value instanceof List<?> list) {
            return list.stream().map(ObjectCodecPropertyTest::plain).toList();
        }
        if (value instanceof Number number) {
            BigDecimal exact = new BigDecimal(number.toString());
            return exact.signum() == 0 ? "0" : exact.stripTrailingZeros().toString();
        }
        return value == null ? "null" : value;
    }

    @Property(tries = 200)
    void responsesAreTheSame(@ForAll("ids") Ref id, @ForAll("data") Map<String, Object> data) {
        Object said = sameInBoth(new Reply(new Address(null, id, null), Status.OK, Payloads.data(data, 16)));
        assertThat(((Map<?, ?>) said).get("type")).isEqualTo("response");
        assertThat(((Map<?, ?>) said).containsKey("id")).isEqualTo(id != null);
    }

    @Property(tries = 200)
    void errorsAreTheSame(
            @ForAll("ids") Ref id, @ForAll("reasons") String reason, @ForAll @StringLength(max = 9) String detail) {
        String ascii = detail.replaceAll("[^ -~]", "?");
        ErrorBody error = Payloads.refusal(reason, "detail", ascii, "list", List.of("a", "b"));
        Map<?, ?> said = (Map<?, ?>) sameInBoth(new Reply(new Address(null, id, null), Status.ERROR, error));
        assertThat(said.get("type")).isEqualTo("error");
        assertThat(said.get("message")).isEqualTo(reason);
        assertThat(said.get("code")).isEqualTo((long) ErrorCodes.of(reason));
        assertThat(said.get("detail")).isEqualTo(ascii);
        sameInBoth(new Push(null, null, "error", error));
        sameInBoth(new Reply(new Address(null, id, null), Status.ERROR, Body.EMPTY));
    }

    @Property(tries = 200)
    void whatAnEngineSaysIsTheSame(
            @ForAll("data") Map<String, Object> data, @ForAll long number, @ForAll double confidence) {
        sameInBoth(new Push(
                null,
                "cortex:a",
                "result",
                Payloads.result("r", "success", RawJson.of(Payloads.data(data, 16)), number, 7, true)));
        OptionalDouble sure = OptionalDouble.of(confidence);
        sameInBoth(new Push(null, "cortex:a", "thought", Payloads.thought("r", 1, 1, "t", "c", sure, number, true)));
    }

    @Property(tries = 200)
    void whatClientsSayToEachOtherIsTheSame(@ForAll("data") Map<String, Object> data, @ForAll long offset)
            throws Exception {
        RawJson payload = RawJson.of(Payloads.data(data, 16));
        Publication publication = new Publication("news", payload, 5);
        Map<?, ?> said = (Map<?, ?>) sameInBoth(new Event(null, "t", "e", offset, publication));
        assertThat(said.get("message_id")).isEqualTo("e-" + offset);
        assertThat(plain(said.get("payload"))).isEqualTo(plain(data));
        assertThat(said.containsKey("scope")).isFalse();
        Map<?, ?> local = (Map<?, ?>)
                sameInBoth(new Event(null, "t", "of-a-node", offset, true, new Publication("news", payload, 5)));
        assertThat(local.get("scope")).isEqualTo("node");
        // What is kept of it for the next receiver is what the first one got.
        assertThat(json.encode(new Event(null, "t", "e", offset, publication)))
                .isSameAs(json.encode(new Event(null, "t", "e", offset, publication)));
        assertThat(cbor.encode(new Event(null, "t", "e", offset, publication)))
                .isSameAs(cbor.encode(new Event(null, "t", "e", offset, publication)));
    }

    @Property(tries = 200)
    void whatAClientSaysIsUnderstoodInBoth(@ForAll("data") Map<String, Object> data, @ForAll("ids") Ref id) {
        String payload = RawJson.of(Payloads.data(data, 16)).text();
        String mark = id == null ? "" : "\"id\":" + (id.number() ? id.text() : JsonText.quoted(id.text())) + ",";
        String frame = "{" + mark + "\"type\":\"publish\",\"topic\":\"t\",\"payload\":" + payload + "}";
        ClientMessage.Publish text = (ClientMessage.Publish) json.decode(frame);
        ClientMessage.Publish binary = (ClientMessage.Publish) cbor.decode(ByteBuffer.wrap(Cbor.of(frame)));
        assertThat(binary.address()).isEqualTo(text.address());
        assertThat(text.address().ref()).isEqualTo(id);
        assertThat(plain(JsonText.parse(binary.payload().text())))
                .isEqualTo(plain(JsonText.parse(text.payload().text())));
    }
}
