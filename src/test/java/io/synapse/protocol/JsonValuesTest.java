package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class JsonValuesTest {

    private static Map<String, Object> values(String json) {
        return JsonValues.object(new RawJson(json));
    }

    @Test
    @DisplayName("M10: numbers are whole or not, of any size that can be held, and fields keep their order")
    void reads() {
        Map<String, Object> values =
                values("{\"b\":1,\"a\":[1.0,12345678901234567890,null,{\"x\":true}],\"b2\":-1e-400,\"b\":2}");

        assertThat(values.keySet()).containsExactly("b", "a", "b2");
        assertThat(values.get("b")).isEqualTo(2L);
        assertThat(values.get("a"))
                .isEqualTo(Arrays.asList(1.0, new BigInteger("12345678901234567890"), null, Map.of("x", true)));
        assertThat(values.get("b2")).isEqualTo(-0.0);
    }

    @Test
    @DisplayName("M10: what has an exponent of nine digits is refused, not written out")
    void refusesHugeNumbers() {
        assertThatThrownBy(() -> values("{\"a\":1e999999999}")).hasMessage("a number is too large");
        assertThatThrownBy(() -> values("{\"a\":[-1e400]}")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("M10: the same values are always written in the same way")
    void writes() {
        assertThat(JsonValues.write(values(" { \"a\" : [ 1 , 2.50 ],\n\"b\":\"\\u0041\" } "))
                        .text())
                .isEqualTo("{\"a\":[1,2.5],\"b\":\"A\"}");
        assertThat(values("{}")).isEmpty();
    }

    @Test
    @DisplayName("G6: a value that is passed on keeps its digits, wherever it stands; the others are read")
    void keepsWhatIsRaw() {
        Map<String, Object> values = JsonValues.object(
                "{\"message\":1.10,\"n\":1.10,\"all\":[{\"message\":{\"a\":[1e400]}}]}", 5, Set.of("message"));
        assertThat(values.get("message")).isEqualTo(new RawJson("1.10"));
        assertThat(values.get("n")).isEqualTo(1.1);
        assertThat(values.get("all")).isEqualTo(List.of(Map.of("message", new RawJson("{\"a\":[1e400]}"))));
        RawJson object = new RawJson("{\"b\":1.10,\"a\":{\"x\":[]}}");
        assertThat(RawJson.of(JsonValues.fields(object))).isEqualTo(object);
        assertThatThrownBy(() -> JsonValues.fields(new RawJson("[]"))).hasMessage("not an object");
    }

    @Test
    @DisplayName("M10: what is no object is refused")
    void refusesOthers() {
        for (String json : List.of("[]", "1", "null", "\"x\"")) {
            assertThatThrownBy(() -> values(json)).hasMessage("not an object");
        }
        assertThatThrownBy(() -> JsonValues.object("{\"a\":[[[]]]}", 3)).hasMessageStartingWith("not JSON");
    }
}
