package io.synapse.engine.library;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Computes an arithmetic question exactly. Recursive descent over {@code + - * / ^ ( )} with the usual precedence, in
 * which {@code ^} binds to the right and more tightly than a sign. Bounded by {@link ArithmeticWords#MAX_LENGTH},
 * {@link #MAX_DEPTH} and {@link Fraction#MAX_BITS}, so any question takes at most milliseconds. What has no result,
 * such as a division by zero, has an answer that says so.
 */
final class Arithmetic {

    /** How deep parentheses, signs and powers may nest. */
    static final int MAX_DEPTH = 50;

    private static final int MAX_STEP_NUMBER = 60;

    private final List<String> tokens;
    private final List<String> steps = new ArrayList<>();
    private int next;
    private int depth;
    private String problem;
    private boolean tooDeep;

    private Arithmetic(List<String> tokens) {
        this.tokens = tokens;
    }

    /**
     * What a computation gave. Immutable.
     *
     * @param expression what was understood, such as {@code 7/2}
     * @param steps each operation with its result, in order
     * @param answer the result, or why there is none
     */
    record Computed(String expression, List<String> steps, String answer) {}

    /** The result of a question that is an expression with at least one operation, else nothing. */
    static Optional<Computed> compute(String question) {
        return new Arithmetic(ArithmeticWords.of(question)).compute();
    }

    private Optional<Computed> compute() {
        Optional<Fraction> value = sum();
        boolean isWhole = tooDeep || value.isPresent() && next == tokens.size();
        if (!isWhole || steps.isEmpty() && problem == null) {
            return Optional.empty();
        }
        String answer = problem != null ? problem : value.get().toString();
        return Optional.of(new Computed(String.join("", tokens), List.copyOf(steps), answer));
    }

    private Optional<Fraction> sum() {
        Optional<Fraction> left = product();
        while (left.isPresent() && (at("+") || at("-"))) {
            left = operation(left.get(), tokens.get(next++), product());
        }
        return left;
    }

    private Optional<Fraction> product() {
        Optional<Fraction> left = signed();
        while (left.isPresent() && (at("*") || at("/"))) {
            left = operation(left.get(), tokens.get(next++), signed());
        }
        return left;
    }

    private Optional<Fraction> signed() {
        if (++depth > MAX_DEPTH) {
            // What nests this deep is taken for an expression without a look at the rest of it.
            tooDeep = true;
            problem = "That is nested too deeply for me: I follow " + MAX_DEPTH + " levels.";
            return Optional.empty();
        }
        Optional<Fraction> value;
        if (accept("-")) {
            value = signed().map(Fraction::negated);
        } else if (accept("+")) {
            value = signed();
        } else {
            value = power();
        }
        depth--;
        return value;
    }

    private Optional<Fraction> power() {
        Optional<Fraction> base = number();
        return base.isPresent() && accept("^") ? operation(base.get(), "^", signed()) : base;
    }

    private Optional<Fraction> number() {
        if (accept("(")) {
            Optional<Fraction> value = sum();
            return accept(")") ? value : Optional.empty();
        }
        if (next < tokens.size() && ArithmeticWords.isNumber(tokens.get(next))) {
            return Optional.of(Fraction.of(new BigDecimal(tokens.get(next++))));
        }
        return Optional.empty();
    }

    // After a problem the rest is read on, without a value: only a whole expression is arithmetic at all.
    private Optional<Fraction> operation(Fraction left, String operator, Optional<Fraction> operand) {
        if (operand.isEmpty() || problem != null) {
            return operand;
        }
        Fraction right = operand.get();
        try {
            Fraction result = switch (operator) {
                case "+" -> left.plus(right);
                case "-" -> left.plus(right.negated());
                case "*" -> left.times(right);
                case "/" -> left.dividedBy(right);
                default -> left.toThe(right);
            };
            steps.add(operand(left) + " " + operator + " " + operand(right) + " = " + shown(result));
            return Optional.of(result);
        } catch (ArithmeticException e) {
            problem = e.getMessage();
            return operand;
        }
    }

    private static String shown(Fraction value) {
        String text = value.toString();
        return text.length() <= MAX_STEP_NUMBER ? text : text.substring(0, MAX_STEP_NUMBER) + "…";
    }

    private static String operand(Fraction value) {
        return value.numerator().signum() < 0 ? "(" + shown(value) + ")" : shown(value);
    }

    private boolean at(String token) {
        return next < tokens.size() && tokens.get(next).equals(token);
    }

    private boolean accept(String token) {
        if (!at(token)) {
            return false;
        }
        next++;
        return true;
    }
}
