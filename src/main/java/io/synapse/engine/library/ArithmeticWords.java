package io.synapse.engine.library;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Takes a question apart into numbers and operators. A question is arithmetic only if nothing else is left once the
 * polite words around the expression are gone: "How much is 7 divided by 2, please?" is, "What is 2-way sync?" is not.
 */
final class ArithmeticWords {

    /** Characters of an arithmetic question, at most; it also bounds how much there can be to compute. */
    static final int MAX_LENGTH = 300;

    private static final Set<String> POLITE_BEFORE =
            words("please hi hello hey can could would will you tell me what is"
                    + " what's whats does do how much many calculate compute evaluate work out solve the result value"
                    + " answer of to and so now then just i want know , : !");
    private static final Set<String> POLITE_AFTER = words("equal equals please thanks thank you make give ? = . , !");
    private static final Set<String> OPERATORS = words("+ - * / ^ ( )");

    private static final Map<String, List<String>> SPOKEN = Map.ofEntries(
            Map.entry("plus", List.of("+")),
            Map.entry("minus", List.of("-")),
            Map.entry("times", List.of("*")),
            Map.entry("x", List.of("*")),
            Map.entry("multiplied by", List.of("*")),
            Map.entry("divided by", List.of("/")),
            Map.entry("over", List.of("/")),
            Map.entry("to the power of", List.of("^")),
            Map.entry("raised to the power of", List.of("^")),
            Map.entry("squared", List.of("^", "2")),
            Map.entry("cubed", List.of("^", "3")));
    private static final int LONGEST_SPOKEN = 5;

    private static final String SYMBOLS = "+-*/^()?=.,:!";
    private static final Map<Character, Character> LOOKALIKES =
            Map.of('×', '*', '·', '*', '÷', '/', '−', '-', '–', '-', '’', '\'');

    private final String text;
    private final Deque<String> words = new ArrayDeque<>();
    private int at;

    private ArithmeticWords(String text) {
        this.text = text;
    }

    /** The numbers (plain decimal digits) and operators of a question, or nothing if it holds anything else. */
    static List<String> of(String question) {
        String stripped = question.length() > 2 * MAX_LENGTH ? question : question.strip();
        if (stripped.length() > MAX_LENGTH) {
            return List.of();
        }
        ArithmeticWords reader = new ArithmeticWords(stripped.toLowerCase(Locale.ROOT));
        return reader.split() ? reader.expression() : List.of();
    }

    // Letters that touch digits are a name or another notation: "0x10" is not 0 times 10.
    private boolean split() {
        while (at < text.length()) {
            char c = charAt(at);
            if (Character.isWhitespace(c)) {
                at++;
            } else if (isDigit(at) || c == '.' && isDigit(at + 1)) {
                words.add(number());
                if (isLetter(at)) {
                    return false;
                }
            } else if (isLetter(at)) {
                int start = at;
                while (isLetter(at)) {
                    at++;
                }
                words.add(text.substring(start, at).replace('’', '\''));
                if (isDigit(at)) {
                    return false;
                }
            } else if (c == '*' && charAt(at + 1) == '*') {
                words.add("^");
                at += 2;
            } else if (SYMBOLS.indexOf(c) >= 0) {
                words.add(String.valueOf(c));
                at++;
            } else {
                return false;
            }
        }
        return true;
    }

    // A comma belongs to a number only in front of exactly three digits, so that "1,000" is a thousand and "1,5"
    // nothing.
    private String number() {
        StringBuilder digits = new StringBuilder();
        takeDigits(digits);
        while (charAt(at) == ',' && isDigit(at + 1) && isDigit(at + 2) && isDigit(at + 3) && !isDigit(at + 4)) {
            at++;
            takeDigits(digits);
        }
        if (charAt(at) == '.' && isDigit(at + 1)) {
            digits.append('.');
            at++;
            takeDigits(digits);
        }
        return digits.toString();
    }

    private void takeDigits(StringBuilder digits) {
        while (isDigit(at)) {
            digits.append(text.charAt(at++));
        }
    }

    private List<String> expression() {
        while (!words.isEmpty() && POLITE_BEFORE.contains(words.peekFirst())) {
            words.removeFirst();
        }
        while (!words.isEmpty() && POLITE_AFTER.contains(words.peekLast())) {
            // After a number this is a factorial, and ignoring it would be a wrong answer.
            if (words.removeLast().equals("!")
                    && (words.isEmpty() || !Character.isLetter(words.peekLast().charAt(0)))) {
                return List.of();
            }
        }
        List<String> left = List.copyOf(words);
        List<String> tokens = new ArrayList<>();
        int next = 0;
        while (next < left.size()) {
            String word = left.get(next);
            boolean isToken = isNumber(word) || OPERATORS.contains(word);
            int taken = isToken ? 1 : spoken(left, next, tokens);
            if (taken == 0) {
                return List.of();
            }
            if (isToken) {
                tokens.add(word);
            }
            next += taken;
        }
        return tokens;
    }

    private static int spoken(List<String> words, int from, List<String> tokens) {
        for (int count = Math.min(LONGEST_SPOKEN, words.size() - from); count > 0; count--) {
            List<String> meant = SPOKEN.get(String.join(" ", words.subList(from, from + count)));
            if (meant != null) {
                tokens.addAll(meant);
                return count;
            }
        }
        return 0;
    }

    static boolean isNumber(String token) {
        return token.charAt(0) == '.' ? token.length() > 1 : token.charAt(0) >= '0' && token.charAt(0) <= '9';
    }

    private char charAt(int index) {
        if (index >= text.length()) {
            return 0;
        }
        char c = text.charAt(index);
        return LOOKALIKES.getOrDefault(c, c);
    }

    private static Set<String> words(String list) {
        return Set.of(list.split(" "));
    }

    private boolean isDigit(int index) {
        return charAt(index) >= '0' && charAt(index) <= '9';
    }

    private boolean isLetter(int index) {
        return Character.isLetter(charAt(index)) || charAt(index) == '\'';
    }
}
