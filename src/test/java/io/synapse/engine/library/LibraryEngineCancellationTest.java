package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.engine.QueryCancelledException;
import java.io.IOException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("M6")
class LibraryEngineCancellationTest {

    private final LibraryEngine engine = Ask.engine(Ask.sample());

    @ParameterizedTest(name = "M6: {0}")
    @ValueSource(strings = {"Long query...", "How do I rotate an API key?", "weather", "(1+2)*(3+4)/5-6^7", "1/0"})
    @DisplayName("M6: does nothing more when the query ends after any of its thoughts")
    void stopsAfterAnyThought(String question) {
        FakeContext whole = new FakeContext();
        Ask.ask(engine, question, whole);

        for (int k = 0; k < whole.thoughts().size(); k++) {
            FakeContext context = FakeContext.cancelledAfterThoughts(k);
            assertThatThrownBy(() -> Ask.ask(engine, question, context)).isInstanceOf(QueryCancelledException.class);
            assertThat(context.thoughts()).hasSize(k).isEqualTo(whole.thoughts().subList(0, k));
            assertThat(context.actsAfterCancel()).isZero();
        }
    }

    @Test
    @DisplayName("M6: does nothing more when the query ends while it waits for the next word")
    void stopsInAnyPause() {
        for (int k = 1; k <= 50; k++) {
            FakeContext context = FakeContext.cancelledInPause(k);
            assertThatThrownBy(() -> Ask.ask(engine, "Long query...", context))
                    .isInstanceOf(QueryCancelledException.class);
            assertThat(context.contents("text")).hasSize(k);
            assertThat(context.actsAfterCancel()).isZero();
        }
    }

    // Failure would show as a library that lacks documents until the next restart.
    @Test
    @DisplayName("M6: an interrupt while the documents are read ends that query, and the next one reads them all")
    void interruptWhileReadingSpoilsNothing() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> engine.answer(Ask.question("octopus"), new FakeContext()))
                .isInstanceOfAny(IOException.class, InterruptedException.class);
        Thread.interrupted();

        assertThat((String) Ask.ask(engine, "octopus", new FakeContext()).get("answer"))
                .contains("mascot");
    }

    @Test
    @DisplayName("M6: leaves the thread's interrupt for its owner")
    void keepsTheInterrupt() {
        Ask.ask(engine, "octopus", new FakeContext());
        Thread.currentThread().interrupt();
        try {
            assertThatCode(() -> Ask.ask(engine, "octopus", new FakeContext())).doesNotThrowAnyException();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
