package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;

@Tag("K5")
class TopicPatternTest {

    /** All topics of up to four segments of three words; {@code c} stands in no pattern, so it is any other word. */
    private static final List<String> TOPICS = topics();

    private static List<String> topics() {
        List<String> all = new ArrayList<>();
        List<String> longest = List.of("");
        for (int segments = 1; segments <= 4; segments++) {
            List<String> longer = new ArrayList<>();
            for (String head : longest) {
                for (String divider : segments == 1 ? List.of("") : List.of(":", ".")) {
                    List.of("a", "b", "c").forEach(word -> longer.add(head + divider + word));
                }
            }
            all.addAll(longer);
            longest = longer;
        }
        return all;
    }

    @Provide
    Arbitrary<String> patterns() {
        Arbitrary<String> words = Arbitraries.of("a", "b", "*");
        Arbitrary<String> dividers = Arbitraries.of(":", ".");
        Arbitrary<String> heads = Combinators.combine(words, dividers)
                .as((word, divider) -> word + divider)
                .list()
                .ofMaxSize(2)
                .map(parts -> String.join("", parts));
        return Combinators.combine(heads, Arbitraries.of("a", "b", "*", "**")).as((head, last) -> head + last);
    }

    private static List<String> named(String pattern) {
        Pattern naive = Pattern.compile(pattern.replace(".", "\\.")
                .replace("**", "_")
                .replace("*", "[^:./]*")
                .replace("_", ".+"));
        return TOPICS.stream().filter(topic -> naive.matcher(topic).matches()).toList();
    }

    private static TopicPattern parsed(String text) {
        return TopicPattern.parse(text).orElseThrow();
    }

    @Property(tries = 1000)
    @Label("a pattern covers a topic or a pattern just if it names every topic that it names")
    void coversWhatItNames(@ForAll("patterns") String wide, @ForAll("patterns") String narrow) {
        List<String> named = named(wide);
        assertThat(TOPICS.stream().filter(topic -> parsed(wide).covers(parsed(topic))))
                .isEqualTo(named);
        assertThat(parsed(wide).covers(parsed(narrow))).isEqualTo(named.containsAll(named(narrow)));
    }

    @Example
    @Label("what divides segments is a part of the name")
    void dividers() {
        assertThat(parsed("agent:bob:**").covers(parsed("agent:bob:x/y"))).isTrue();
        assertThat(parsed("agent:bob:**").covers(parsed("agent.bob.x"))).isFalse();
        assertThat(parsed("agent:bob:**").covers(parsed("agent:bob"))).isFalse();
        assertThat(parsed("a:*").covers(parsed("a:"))).isTrue();
        assertThat(parsed("a:*").covers(parsed("a.b"))).isFalse();
        assertThat(parsed("**").covers(parsed("a:**"))).isTrue();
    }

    @Example
    @Label("a star is a whole segment, two are the last one; names are printable")
    void whatIsAPattern() {
        for (String good : List.of("a", "*", "**", "a:*:b", "a.**", "é 漢\uD83D\uDE00", ":", "x".repeat(255))) {
            assertThat(TopicPattern.parse(good)).as(good).isPresent();
        }
        for (String bad : List.of("", "a*", "*a", "a**", "**:a", "a:***", "a\nb", "\ud800", "x".repeat(256))) {
            assertThat(TopicPattern.parse(bad)).as(bad).isEmpty();
        }
        assertThat(parsed("a:b").isTopic()).isTrue();
        assertThat(parsed("a:*").isTopic()).isFalse();
        assertThat(parsed("a:**")).hasToString("a:**");
    }
}
