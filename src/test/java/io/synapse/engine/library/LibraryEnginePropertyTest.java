package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Tag;
import net.jqwik.api.constraints.StringLength;

class LibraryEnginePropertyTest {

    private static final LibraryEngine ENGINE = Ask.engine(Ask.sample());

    @Property(tries = 300)
    @Tag("M18")
    @Label("M18: any question is answered, and the pieces put together are the answer")
    void anyQuestionIsAnswered(@ForAll @StringLength(max = 200) String question) {
        FakeContext context = new FakeContext();

        assertThat(Ask.ask(ENGINE, question, context).get("answer")).isEqualTo(context.text());
        assertThat(context.text()).isNotBlank();
    }
}
