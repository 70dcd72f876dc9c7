package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlocksTest {

    @Nested
    class Markdown {

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "# One | 1 | One",
                    "###### Six | 6 | Six",
                    "## Closed ## | 2 | Closed",
                    "# C# | 1 | C#",
                    "## The `outbox` and *its* [bounds](x.md#y) | 2 | The outbox and its bounds",
                })
        void knowsHeadings(String line, int level, String text) {
            assertThat(MarkdownBlocks.of(line)).containsExactly(new Block(level, text));
        }

        @ParameterizedTest
        @ValueSource(strings = {"####### seven", "#tag", "#", "a # b"})
        void takesOtherMarksForProse(String line) {
            assertThat(MarkdownBlocks.of(line)).containsExactly(Block.body(line));
        }

        @ParameterizedTest
        @ValueSource(strings = {"# #", "## ``", "**\n=="})
        void dropsHeadingsWithoutText(String text) {
            assertThat(MarkdownBlocks.of(text)).isEmpty();
        }

        @Test
        void knowsUnderlinedHeadingsAndRules() {
            assertThat(MarkdownBlocks.of("One\n===\n\nTwo\n---\n\ntext\n\n---\nmore"))
                    .containsExactly(new Block(1, "One"), new Block(2, "Two"), Block.body("text"), Block.body("more"));
        }

        @Test
        void keepsCodeTogetherWithItsBlankLinesAndMarks() {
            String code = "```sh\n# not a heading\n\nrun\n```";

            assertThat(MarkdownBlocks.of("before\n\n" + code + "\n\nafter"))
                    .containsExactly(Block.body("before"), Block.body(code), Block.body("after"));
        }

        @Test
        void closesTheFenceOfLongCodeInEachPassage() {
            List<Block> blocks = MarkdownBlocks.of("```\n" + "a line of code\n".repeat(200) + "```");

            assertThat(blocks)
                    .hasSizeGreaterThan(2)
                    .allMatch(block ->
                            block.text().startsWith("```\n") && block.text().endsWith("\n```"))
                    .allMatch(block -> block.text().length() <= Passages.MAX_LENGTH);
        }

        @Test
        void closesAFenceThatTheDocumentLeftOpen() {
            assertThat(MarkdownBlocks.of("~~~\ncode")).containsExactly(Block.body("~~~\ncode\n~~~"));
        }

        @Test
        @DisplayName("The line breaks of a paragraph's source are spaces, for nobody sees them in Markdown")
        void makesSpacesOfSoftLineBreaks() {
            assertThat(MarkdownBlocks.of("one\n  two\nthree * 4\n\n- first\n  goes on\n- second\n\n1. a\n2) b\n   c"))
                    .containsExactly(
                            Block.body("one two three * 4"),
                            Block.body("- first goes on\n- second"),
                            Block.body("1. a\n2) b c"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "    indented\n      code",
                    "> a quote\n> of lines",
                    "| a | b |\n|---|---|\n| 1 | 2 |\nx",
                    "a | b\n--- | ---\n1 | 2",
                    "hard\\\nbreak",
                    "[a]: https://a.example\n[b]: https://b.example",
                    "words:\n```\na\nb\n```\nmore"
                })
        void keepsLineBreaksThatMeanSomething(String text) {
            assertThat(MarkdownBlocks.of(text)).containsExactly(Block.body(text));
        }

        @Test
        void keepsTheLineBreakAfterTwoSpaces() {
            assertThat(MarkdownBlocks.of("one  \ntwo\nthree")).containsExactly(Block.body("one\ntwo three"));
        }

        @Test
        void aParagraphOfSeveralLinesIsNoHeading() {
            assertThat(MarkdownBlocks.of("one\ntwo\n---\nthree"))
                    .containsExactly(Block.body("one two"), Block.body("three"));
        }

        @Test
        void leavesFrontMatterOut() {
            assertThat(MarkdownBlocks.of("---\ntitle: x\n---\ntext")).containsExactly(Block.body("text"));
        }
    }

    @Nested
    class Html {

        @Test
        void keepsTextAndHeadingsAndDropsTheRest() {
            String html = """
                    <!DOCTYPE html><html><head><title>Title &amp; more</title><style>p{}</style></head>
                    <body class="a>b">
                    <!-- secret > --><h2>Part <b>one</b></h2><p>Some
                      <em>words</em>&nbsp;here.<br>Next line</p><script>alert("<p>no</p>")</script>
                    <ul><li>first</li><li>second</li></ul></body></html>""";

            assertThat(HtmlBlocks.of(html))
                    .containsExactly(
                            new Block(1, "Title & more"),
                            new Block(2, "Part one"),
                            Block.body("Some words here.\nNext line"),
                            Block.body("- first\n- second"));
        }

        @Test
        void keepsTheLinesOfPreformattedText() {
            assertThat(HtmlBlocks.of("<pre>a\n  b</pre><p>c\n  d"))
                    .containsExactly(Block.body("a\n  b"), Block.body("c d"));
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "a &lt;b&gt; &#65;&#x42; | a <b> AB",
                    "&unknown; &amp | &unknown; &amp",
                    "&#0;&#xD800;&#99999999; | ���",
                    "1 < 2 > 1 | 1 < 2 > 1",
                    "R&D & more | R&D & more",
                    "&#; &#x; | &#; &#x;",
                })
        void readsCharacterReferences(String html, String text) {
            assertThat(HtmlBlocks.of(html)).containsExactly(Block.body(text));
        }

        @ParameterizedTest
        @Tag("M18")
        @ValueSource(
                strings = {
                    "<script>alert(1)",
                    "<SCRIPT src='x'>alert(1)</SCRIPT >",
                    "<p title='>' onclick=\"alert(1)\">",
                    "<!-- alert(1)",
                    "<a href=\"alert(1)",
                    "<style>alert(1)</styl",
                    "<script/x>alert(1)</script>",
                })
        void letsNothingOfMarkupOut(String html) {
            assertThat(HtmlBlocks.of(html)).isEmpty();
        }
    }

    @Test
    void textIsParagraphs() {
        assertThat(TextBlocks.of("\n\na\nb  \n \n\nc")).containsExactly(Block.body("a\nb"), Block.body("c"));
    }

    @ParameterizedTest
    @Tag("M18")
    @ValueSource(
            strings = {
                "<",
                "<a",
                "<!--",
                "<script>",
                "</",
                "&",
                "&#",
                "[",
                "](",
                "`",
                "```\n",
                "#",
                "# ",
                "-",
                "=\n",
                "\n",
                "<a '",
                "x",
                "a ",
                "| a "
            })
    void noDocumentIsSlow(String piece) {
        String document = piece.repeat(2_000_000 / piece.length());

        assertTimeoutPreemptively(Duration.ofMinutes(1), () -> {
            for (String name : List.of("x.md", "x.html", "x.txt")) {
                List<Block> blocks = Passages.blocks(name, document);
                Passages.of(name, blocks);
                Outline.of(name, blocks);
            }
        });
    }
}
