package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import net.jqwik.api.constraints.StringLength;

class ArithmeticPropertyTest {

    /** An expression as it is written, and its value by {@link BigDecimal}. */
    record Expression(String text, BigDecimal value) {}

    @Property
    @Label("agrees with BigDecimal on sums, differences and products")
    void agreesWithBigDecimal(@ForAll long seed) {
        Expression expression = expression(new Random(seed), 4);
        Assume.that(expression.text().length() <= ArithmeticWords.MAX_LENGTH - 2);

        String answer =
                Arithmetic.compute("0+" + expression.text()).orElseThrow().answer();
        assertThat(new BigDecimal(answer)).isEqualByComparingTo(expression.value());
    }

    @Property
    @Label("agrees with BigDecimal on powers")
    void agreesOnPowers(@ForAll @IntRange(min = -99, max = 99) int base, @ForAll @IntRange(max = 99) int power) {
        String answer =
                Arithmetic.compute("(" + base + ")^" + power).orElseThrow().answer();

        assertThat(new BigDecimal(answer))
                .isEqualByComparingTo(BigDecimal.valueOf(base).pow(power));
    }

    @Property
    @Label("a quotient is exact, or rounded to 34 digits and says so")
    void agreesOnQuotients(
            @ForAll @BigRange(min = "-1e30", max = "1e30") @Scale(3) BigDecimal a, @ForAll @IntRange(min = 1) int b) {
        String answer = Arithmetic.compute("(" + a.toPlainString() + ")/" + b)
                .orElseThrow()
                .answer();
        BigDecimal rounded = a.divide(BigDecimal.valueOf(b), MathContext.DECIMAL128);

        BigDecimal value = new BigDecimal(answer.replace("about ", ""));
        assertThat(value.round(MathContext.DECIMAL128)).isEqualByComparingTo(rounded);
        boolean isExact = value.multiply(BigDecimal.valueOf(b)).compareTo(a) == 0;
        assertThat(answer.startsWith("about ")).isEqualTo(!isExact);
    }

    @Property
    @Label("dividing and multiplying by the same number changes nothing")
    void quotientsKeepTheirValue(@ForAll int a, @ForAll @IntRange(min = 1) int b) {
        assertThat(Arithmetic.compute("(" + a + ")/" + b + "*" + b)
                        .orElseThrow()
                        .answer())
                .isEqualTo(String.valueOf(a));
    }

    @Property(tries = 3000)
    @Tag("M18")
    @Label("M18: any string of arithmetic's characters and words has an answer or is no arithmetic")
    void neverThrowsOnItsOwnAlphabet(@ForAll("nearlyArithmetic") String text) {
        Arithmetic.compute(text)
                .ifPresent(computed -> assertThat(computed.answer()).isNotBlank());
    }

    @Property
    @Tag("M18")
    @Label("M18: any string has an answer or is no arithmetic")
    void neverThrows(@ForAll @StringLength(max = 400) String text) {
        Arithmetic.compute(text)
                .ifPresent(computed -> assertThat(computed.answer()).isNotBlank());
    }

    @Provide
    Arbitrary<String> nearlyArithmetic() {
        return Arbitraries.of(
                        "1",
                        "0",
                        "9",
                        "99999",
                        "2.5",
                        ".",
                        ",",
                        "+",
                        "-",
                        "*",
                        "/",
                        "^",
                        "**",
                        "(",
                        ")",
                        "=",
                        "?",
                        "!",
                        " ",
                        "what is",
                        "divided by",
                        "by",
                        "squared",
                        "x",
                        "to the power of",
                        "please",
                        "equals",
                        "0.",
                        "1,000",
                        "−",
                        "×")
                .list()
                .ofMaxSize(30)
                .map(parts -> String.join("", parts));
    }

    // Not an Arbitrary: nested ones take a hundred times longer, and these expressions read well enough unshrunk.
    private static Expression expression(Random random, int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            BigDecimal value = BigDecimal.valueOf(random.nextInt(2_000_001) - 1_000_000, random.nextInt(4));
            return new Expression("(" + value.toPlainString() + ")", value);
        }
        Expression left = expression(random, depth - 1);
        Expression right = expression(random, depth - 1);
        return switch (random.nextInt(3)) {
            case 0 ->
                new Expression(
                        "(" + left.text() + " + " + right.text() + ")",
                        left.value().add(right.value()));
            case 1 ->
                new Expression(
                        "(" + left.text() + "-" + right.text() + ")",
                        left.value().subtract(right.value()));
            default ->
                new Expression(left.text() + "*" + right.text(), left.value().multiply(right.value()));
        };
    }
}
