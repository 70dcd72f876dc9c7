package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class Utf8Test {

    private static boolean isWhole(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    @Property(tries = 2000)
    void countsAsManyBytesAsEncodingGives(@ForAll String text) {
        Assume.that(isWhole(text));
        assertThat(Utf8.length(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @Property(tries = 1000)
    void decodesWhatWasEncoded(@ForAll String text) throws CharacterCodingException {
        Assume.that(isWhole(text));
        assertThat(Utf8.decode(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(text);
    }

    @Property(tries = 2000)
    void escapingLeavesNothingThatUtf8CannotSayAndChangesNothingElse(@ForAll String text) {
        String escaped = Utf8.escapeLoneSurrogates(text);
        assertThat(isWhole(escaped)).isTrue();
        if (isWhole(text)) {
            assertThat(escaped).isSameAs(text);
        }
    }

    @Test
    void countsTheBordersOfEachLength() {
        assertThat(Utf8.length("")).isZero();
        assertThat(Utf8.length("\u007f")).isEqualTo(1);
        assertThat(Utf8.length("\u0080")).isEqualTo(2);
        assertThat(Utf8.length("\u07ff")).isEqualTo(2);
        assertThat(Utf8.length("\u0800")).isEqualTo(3);
        assertThat(Utf8.length("\uffff")).isEqualTo(3);
        assertThat(Utf8.length("\ud83d\ude00")).isEqualTo(4);
        assertThat(Utf8.length("\ud83d")).isEqualTo(2);
    }

    @Test
    void escapesHalvesAndKeepsPairs() {
        assertThat(Utf8.escapeLoneSurrogates("a\ud83d\ude00b\ud83dc\ude00")).isEqualTo("a\ud83d\ude00b\\ud83dc\\ude00");
        assertThat(Utf8.escapeLoneSurrogates("\ud83d\ud83d\ude00\ude00")).isEqualTo("\\ud83d\ud83d\ude00\\ude00");
    }

    @Test
    void refusesWhatIsNotUtf8() {
        assertThatThrownBy(() -> Utf8.decode(ByteBuffer.wrap(new byte[] {(byte) 0xc0, (byte) 0x80})))
                .isInstanceOf(CharacterCodingException.class);
    }
}
