package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArithmeticTest {

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "What is 2+2? | 4",
                "2+2 | 4",
                "2+2=? | 4",
                "what's 7 divided by 2? | 3.5",
                "What’s 7 ÷ 2? | 3.5",
                "12 * (3 - 4.5) | -18",
                "2^10 | 1024",
                "2**10 | 1024",
                "2 to the power of 10 | 1024",
                "3 squared plus 4 squared | 25",
                "Hi! Could you please tell me how much is 6 times 7, thanks! | 42",
                "Calculate 10 − 4 × 2. | 2",
                "what does 1,000,000 + .5 equal? | 1000000.5",
                "0.1+0.2 | 0.3",
                "1/3*3 | 1",
                "1/3 | about 0.3333333333333333333333333333333333",
                "-2^2 | -4",
                "(-2)^2 | 4",
                "2^3^2 | 512",
                "2^-1 | 0.5",
                "8-3-2 | 3",
                "100/10/5 | 2",
                "--3 - -4 | 7",
                "2*-3 | -6",
                "1-1 | 0",
                "10*10 | 100",
                "0^0 | 1",
                "1^999999999999 | 1",
                "(0-1)^999999999999 | -1",
                "2^4000/2^3999 | 2",
            })
    void computes(String question, String answer) {
        assertThat(Arithmetic.compute(question))
                .hasValueSatisfying(computed -> assertThat(computed.answer()).isEqualTo(answer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "42",
                "-5",
                "(5)",
                "5!",
                "2+5!",
                "2+2=4?",
                "What is 2-way sync?",
                "2+2 keys",
                "What is the answer?",
                "1.2.3 + 4",
                "1,5 + 2",
                "2 + ",
                "+ 2 *",
                "(2+3",
                "2+3)",
                "2 3",
                "2(3)",
                "0x10",
                "1e9+1",
                "٣+٤",
                "2+2; 3+3",
                "1/0 +",
            })
    void leavesAloneWhatIsNoExpression(String question) {
        assertThat(Arithmetic.compute(question)).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "1/0 | Division by zero has no result.",
                "5/(3-3)+1 | Division by zero has no result.",
                "0^-1 | Division by zero has no result.",
                "2^0.5 | I can only raise to a whole power: others have no exact result.",
                "9^9^9 | That goes beyond the numbers I compute with, which have up to 1,200 digits.",
                "10^99999999999999999999 | That goes beyond the numbers I compute with, which have up to 1,200 digits.",
                "2^-999999999 | That goes beyond the numbers I compute with, which have up to 1,200 digits.",
                "2^4000*2^4000 | That goes beyond the numbers I compute with, which have up to 1,200 digits.",
            })
    @Timeout(value = 5, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void saysWhyThereIsNoResult(String question, String answer) {
        assertThat(Arithmetic.compute(question))
                .hasValueSatisfying(computed -> assertThat(computed.answer()).isEqualTo(answer));
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "-", "2^"})
    void boundsHowDeepAnExpressionNests(String nesting) {
        String end = nesting.equals("(") ? ")".repeat(Arithmetic.MAX_DEPTH + 1) : "";
        String deep = nesting.repeat(Arithmetic.MAX_DEPTH + 1) + "1" + end;

        assertThat(Arithmetic.compute(deep))
                .hasValueSatisfying(computed -> assertThat(computed.answer())
                        .isEqualTo("That is nested too deeply for me: I follow 50 levels."));
    }

    @Test
    void tellsItsStepsInOrder() {
        assertThat(Arithmetic.compute("what is 12 times (3 minus 4.5)?"))
                .hasValue(new Arithmetic.Computed(
                        "12*(3-4.5)", java.util.List.of("3 - 4.5 = -1.5", "12 * (-1.5) = -18"), "-18"));
    }
}
