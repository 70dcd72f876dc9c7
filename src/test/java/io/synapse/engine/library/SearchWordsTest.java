package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SearchWordsTest {

    private final SearchWords words = new SearchWords();

    @AfterEach
    void close() {
        words.close();
    }

    @Test
    void areTheStemsOfWhatTheQuestionIsAboutWithTheWordsAsWritten() {
        assertThat(words.of("How do I rotate the KEYS of a client's agents?"))
                .containsExactly(
                        entry("rotat", "rotate"),
                        entry("kei", "KEYS"),
                        entry("client", "client's"),
                        entry("agent", "agents"));
    }

    @Test
    void partNamesWithDotsColonsAndUnderscores() {
        assertThat(words.of("synapse.outbox.max-bytes phx_reply cortex:billing").values())
                .containsExactly("synapse", "outbox", "max", "bytes", "phx", "reply", "cortex", "billing");
    }

    @Test
    @Tag("M18")
    @DisplayName("M18: a question of many words is cut to a bounded number of terms")
    void areBounded() {
        String many = IntStream.range(0, 10_000).mapToObj(i -> "w" + i).collect(Collectors.joining(" "));

        assertThat(words.of(many)).hasSize(SearchWords.MAX_TERMS);
        assertThat(words.of("the ".repeat(SearchWords.MAX_LENGTH / 4) + "octopus"))
                .isEmpty();
    }
}
