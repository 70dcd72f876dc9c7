package io.synapse.engine.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.engine.EarlierTurn;
import io.synapse.engine.Question;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MessagesTest {

    private static List<String> told(String prompt, EarlierTurn... turns) {
        Question question =
                new Question("a", "r", "And now?", 5, Instant.EPOCH, OptionalDouble.empty(), Optional.empty());
        return Messages.of(Optional.ofNullable(prompt), question.after(List.of(turns))).stream()
                .map(message -> message.role() + ": " + message.content())
                .toList();
    }

    @Test
    @DisplayName("A model is told what was said before, exactly as it was shown, then the question")
    void tellsWhatWasSaid() {
        assertThat(told(null)).containsExactly("user: And now?");
        assertThat(told(
                        "Be brief.",
                        new EarlierTurn("Two?", "2", false),
                        new EarlierTurn("Three?", "It is 3 bec", true)))
                .containsExactly(
                        "system: Be brief.",
                        "user: Two?",
                        "assistant: 2",
                        "user: Three?",
                        "assistant: It is 3 bec",
                        "user: And now?");
    }

    @Test
    @DisplayName("Questions of which no answer was shown are one message with the next, so that roles take turns")
    void joinsQuestions() {
        assertThat(told(
                        null,
                        new EarlierTurn("Flights?", "", true),
                        new EarlierTurn("To Rome.", "", true),
                        new EarlierTurn("On Monday.", "There", true),
                        new EarlierTurn("Cheap.", "", true)))
                .containsExactly(
                        "user: Flights?\n\nTo Rome.\n\nOn Monday.", "assistant: There", "user: Cheap.\n\nAnd now?");
    }
}
