package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpokenQuestionTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "\"why?\"; why?",
                "{\"q\":\"why?\"}; why?",
                "{\"message\":\"why?\"}; why?",
                "{\"text\":\"why?\"}; why?",
                "{\"text\":\"c\",\"message\":\"b\",\"q\":\"a\"}; a",
                "{\"text\":\"c\",\"message\":\"b\",\"q\":\" \"}; b",
                "{\"text\":\"c\",\"message\":null,\"q\":5}; c",
                "{\"other\":{\"q\":\"no\"},\"more\":[{\"text\":\"no\"}],\"text\":\"why?\"}; why?",
                "{\"q\":{\"text\":\"no\"}};",
                "{\"other\":\"no\"};",
                "{};",
                "\" \";",
                "[\"no\"];",
                "5;",
                "null;"
            })
    @DisplayName("G2: a question stands in one of few places, and what stands elsewhere is none")
    void isFoundInItsPlaces(String said, String question) {
        assertThat(SpokenQuestion.in(new RawJson(said))).isEqualTo(Optional.ofNullable(question));
    }
}
