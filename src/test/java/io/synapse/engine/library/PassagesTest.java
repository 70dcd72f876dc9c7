package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PassagesTest {

    @Test
    void haveThePathOfTheirHeadings() {
        assertThat(of("x.md", "intro\n# A\na\n## B\nb\n### C\nc\n## D\nd\n# E\ne"))
                .extracting(Passage::heading, Passage::text)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("", "intro"),
                        org.assertj.core.groups.Tuple.tuple("A", "a"),
                        org.assertj.core.groups.Tuple.tuple("A › B", "b"),
                        org.assertj.core.groups.Tuple.tuple("A › B › C", "c"),
                        org.assertj.core.groups.Tuple.tuple("A › D", "d"),
                        org.assertj.core.groups.Tuple.tuple("E", "e"));
    }

    @Test
    void joinNeighbouringParagraphsAsFarAsTheyFit() {
        String half = "word ".repeat(70).strip();

        assertThat(of("x.md", half + "\n\n" + half + "\n\n" + half))
                .extracting(Passage::text)
                .containsExactly(half + "\n\n" + half, half);
    }

    @Test
    void partALongParagraphBetweenSentences() {
        assertThat(of("x.txt", "One sentence of six words here. ".repeat(60)))
                .hasSizeGreaterThan(1)
                .allMatch(passage -> passage.text().endsWith("."));
    }

    @Test
    void partAnEndlessWordWithoutTearingACharacter() {
        assertThat(of("x.txt", "x" + "😀".repeat(2000)))
                .allMatch(passage -> !Character.isHighSurrogate(
                        passage.text().charAt(passage.text().length() - 1)));
    }

    @Property(tries = 300)
    @Label("passages are bounded and lose no word of a text")
    void areBoundedAndLoseNothing(@ForAll("texts") String text) {
        List<Passage> passages = of("x.txt", text);

        assertThat(passages).allMatch(passage -> passage.text().length() <= Passages.MAX_LENGTH + 2);
        String quoted = passages.stream().map(Passage::text).collect(Collectors.joining());
        assertThat(quoted.replaceAll("\\s", "")).isEqualTo(text.replaceAll("\\s", ""));
    }

    @Property(tries = 300)
    @Label("any text in any format makes passages")
    void anythingMakesPassages(@ForAll("markup") String text) {
        for (String name : List.of("x.md", "x.html", "x.txt")) {
            assertThat(of(name, text)).allMatch(passage -> !passage.text().isBlank());
            assertThat(Outline.of(name, Passages.blocks(name, text)).title()).isNotBlank();
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("a", "word", " ", "\n", ". ", "\n\n", "averylongwordwithoutend".repeat(20))
                .list()
                .ofMaxSize(400)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<String> markup() {
        return Arbitraries.of(
                        "#",
                        "# ",
                        "\n",
                        "\n\n",
                        "---\n",
                        "===\n",
                        "```",
                        "~~~\n",
                        "a",
                        " ",
                        "<",
                        ">",
                        "</",
                        "<p>",
                        "<h1>",
                        "</h1>",
                        "<pre>",
                        "<script>",
                        "</script>",
                        "<!--",
                        "-->",
                        "&",
                        "&lt;",
                        "&#x41;",
                        "[",
                        "](",
                        ")",
                        "\"",
                        "'",
                        "<li>",
                        "<br/>",
                        "😀",
                        "*",
                        "`")
                .list()
                .ofMaxSize(60)
                .map(parts -> String.join("", parts));
    }

    private static List<Passage> of(String name, String text) {
        return Passages.of(name, Passages.blocks(name, text));
    }
}
