package io.synapse.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AnswerTest {

    @Test
    @DisplayName("M4: an answer is a deep copy of what it was made from")
    void isADeepCopy() {
        StringBuilder text = new StringBuilder("two");
        Map<String, Object> inner = new HashMap<>(Map.of("n", 1.5, "big", BigInteger.TEN.pow(30)));
        inner.put("nothing", null);
        Answer answer = new Answer(Map.of("list", Arrays.asList(text, true, null), "inner", inner));
        text.append("!");
        inner.clear();

        assertThat(answer.data().get("list")).isEqualTo(Arrays.asList("two", true, null));
        assertThat(answer.data().get("inner"))
                .asString()
                .contains("n=1.5", "big=1000000000000000000000000000000", "nothing=null");
    }

    @Test
    @DisplayName("M24: data that stand for more than the bound are refused before they are copied")
    void isBounded() {
        Object bomb = "x".repeat(100);
        for (int level = 1; level < Answer.MAX_DEPTH; level++) {
            bomb = Collections.nCopies(100, bomb);
        }
        List<Object> tooLarge = List.of(
                bomb,
                Collections.nCopies(Integer.MAX_VALUE, 1),
                Collections.nCopies(65, "x".repeat(1024 * 1024)),
                Map.of("k".repeat(Answer.MAX_BYTES), 1),
                BigInteger.ONE.shiftLeft(4 * Answer.MAX_BYTES));
        for (Object data : tooLarge) {
            assertThatThrownBy(() -> new Answer(Map.of("data", data)))
                    .isInstanceOf(AnswerTooLargeException.class)
                    .hasMessage("an answer has more than 67108864 bytes");
        }
        assertThat(new Answer(Map.of("data", Collections.nCopies(60, "x".repeat(1024 * 1024)))).data())
                .hasSize(1);
    }
}
