package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.protocol.PhoenixCodec.Version;
import io.synapse.protocol.ServerMessage.Push;
import io.synapse.protocol.ServerMessage.Reply;
import io.synapse.protocol.ServerMessage.Status;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

/** What is written without a generator is what a generator writes, to the letter. */
@Tag("M1")
class PlainBodyTest {

    private final List<PhoenixCodec> codecs =
            List.of(new PhoenixCodecs(64, 1 << 20).open(Version.V1), new PhoenixCodecs(64, 1 << 20).open(Version.V2));

    /** Text with everything that is escaped, and with halves of characters. */
    @Provide
    Arbitrary<String> texts() {
        Arbitrary<Character> odd = Arbitraries.of('"', '\\', '/', '\n', '\u0000', '\u001f', '\u007f', '\u2028', 'ü');
        Arbitrary<Character> any = Arbitraries.chars().all();
        return Arbitraries.oneOf(odd, any, Arbitraries.chars().ascii())
                .list()
                .ofMaxSize(30)
                .map(chars -> {
                    StringBuilder text = new StringBuilder();
                    chars.forEach(text::append);
                    return text.toString();
                });
    }

    @Provide
    Arbitrary<Ref> refs() {
        return Arbitraries.oneOf(
                Arbitraries.longs().map(number -> new Ref(Long.toString(number), true)),
                texts().map(Ref::of),
                Arbitraries.just(null));
    }

    @Provide
    Arbitrary<OptionalDouble> confidences() {
        return Arbitraries.oneOf(
                Arbitraries.just(OptionalDouble.empty()), Arbitraries.doubles().map(OptionalDouble::of));
    }

    @Property(tries = 1000)
    void thoughts(
            @ForAll("refs") Ref joinRef,
            @ForAll("texts") String topic,
            @ForAll("texts") String content,
            @ForAll("confidences") OptionalDouble confidence,
            @ForAll long from,
            @ForAll long seq,
            @ForAll boolean nested) {
        Body body = Payloads.thought(topic, from, seq, content, content, confidence, from, nested);
        assertThat(body).isInstanceOf(PlainBody.class);
        assertSame(joinRef, topic, body);
    }

    @Property(tries = 500)
    void results(
            @ForAll("refs") Ref joinRef,
            @ForAll("texts") String topic,
            @ForAll("texts") String answer,
            @ForAll long number,
            @ForAll boolean truncated) {
        RawJson data = RawJson.of(Payloads.data(Map.of("answer", answer, "list", List.of(number, answer)), 4));
        Body body = Payloads.result(topic, answer, data, number, number, truncated);
        assertThat(body).isInstanceOf(PlainBody.class);
        assertSame(joinRef, topic, body);
    }

    @Property(tries = 500)
    void pairs(
            @ForAll("refs") Ref ref,
            @ForAll("texts") String text,
            @ForAll long number,
            @ForAll int small,
            @ForAll boolean truth) {
        assertSame(ref, text, Payloads.of());
        assertSame(ref, text, Payloads.of("none", null));
        Body body = Payloads.of("none", null, text, text, "n", number, "i", small, "none", null, "b", truth);
        assertThat(body).isInstanceOf(PlainBody.class);
        assertSame(ref, text, body);
        assertThat(Payloads.of("d", 0.5)).isNotInstanceOf(PlainBody.class);
    }

    private void assertSame(Ref ref, String topic, Body body) {
        Body generated = body::writeTo;
        Address to = new Address(ref, ref, topic);
        for (PhoenixCodec codec : codecs) {
            assertThat(codec.encode(new Push(ref, topic, topic, body)))
                    .isEqualTo(codec.encode(new Push(ref, topic, topic, generated)));
            assertThat(codec.encode(new Reply(to, Status.OK, body)))
                    .isEqualTo(codec.encode(new Reply(to, Status.OK, generated)));
        }
    }
}
