package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.engine.Thought;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.StringLength;

class WordStreamPropertyTest {

    @Property
    @Label("the pieces put together are the text, whatever it is")
    void piecesAreTheText(@ForAll String text) {
        FakeContext context = said(text, 0);

        assertThat(context.text()).isEqualTo(text);
        assertThat(context.thoughts()).allMatch(thought -> thought.type().equals(Thought.TEXT));
    }

    @Property
    @Label("each piece holds one word")
    void eachPieceHoldsOneWord(@ForAll @StringLength(max = 60) @CharRange(from = ' ', to = '#') String text) {
        assertThat(said(text, 0).contents(Thought.TEXT))
                .allMatch(piece -> piece.strip().split(" +").length == 1);
    }

    @Property(tries = 200)
    @Label("rounding of the waits does not add up")
    void roundingDoesNotAddUp(@ForAll @DoubleRange(min = 0.5, max = 5000) double pace) {
        FakeContext context = said("w ".repeat(301), pace);

        assertThat(context.paused()).isEqualTo(Duration.ofNanos((long) (300 * 1_000_000_000L / pace)));
    }

    @Property(tries = 200)
    @Label("no pace makes a wait longer than 100 seconds or a failure")
    void waitsAreBounded(@ForAll double pace) {
        assertThat(said("a b c", pace).pauses()).allMatch(pause -> !pause.isNegative() && pause.toSeconds() <= 100);
    }

    private static FakeContext said(String text, double pace) {
        FakeContext context = new FakeContext();
        WordStream.say(text, pace, context);
        return context;
    }
}
