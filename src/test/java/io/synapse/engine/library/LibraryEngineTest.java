package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.synapse.config.ConfigException;
import io.synapse.config.ConfigReader;
import io.synapse.config.LibraryConfig;
import io.synapse.engine.Thought;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LibraryEngineTest {

    private final FakeContext context = new FakeContext();
    private final LibraryEngine engine = Ask.engine(Ask.sample());

    @Test
    @Tag("M4")
    @DisplayName("M4: tells what it searches, then what it found, then says the answer word by word")
    void tellsStepsThenAnswer() {
        Map<String, Object> data = Ask.ask(engine, "How do I rotate an API key?", context);

        List<String> types =
                context.thoughts().stream().map(Thought::type).distinct().toList();
        assertThat(types).containsExactly("search", "passage", "text");
        assertThat(context.contents("search"))
                .containsExactly("Searching 9 passages of 4 documents for: rotate, API, key");
        assertThat(context.contents("passage").get(0)).startsWith("api-keys.md (API keys › Rotating a key), score 0.");
        assertThat(context.contents("text")).allMatch(piece -> piece.strip().split("\\s+").length == 1);
        assertThat(data.get("answer")).isEqualTo(context.text());
    }

    @Test
    void quotesTheBestPassageInFullWithItsSource() {
        Map<String, Object> data = Ask.ask(engine, "How do I rotate an API key?", context);

        assertThat((String) data.get("answer"))
                .startsWith("From api-keys.md (API keys › Rotating a key):\n\nTo rotate an API key, add the new key")
                .contains("# this line is code, not a heading");
        assertThat(data.get("sources"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .first()
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry("source", "api-keys.md")
                .containsEntry("heading", "API keys › Rotating a key")
                .containsOnlyKeys("source", "heading", "score");
    }

    @Test
    void givesEachPassageTheConfidenceThatItsSourceHas() {
        Map<String, Object> data = Ask.ask(engine, "How can I interrupt a query, and rotate a key?", context);

        List<Double> confidences = context.thoughts().stream()
                .filter(thought -> thought.type().equals("passage"))
                .map(thought -> thought.confidence().orElseThrow())
                .toList();
        assertThat(confidences).isNotEmpty().allMatch(value -> value > 0 && value <= 1);
        assertThat((List<?>) data.get("sources")).hasSameSizeAs(confidences);
        assertThat(confidences).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    }

    @ParameterizedTest
    @ValueSource(strings = {"octopus", "Is there an OCTOPUS?", "octopuses"})
    void findsAWordInAnyOfItsForms(String question) {
        assertThat((String) Ask.ask(engine, question, context).get("answer")).contains("The mascot of the project");
    }

    @Test
    void findsOneWordOfAPropertyName() {
        Ask.ask(engine, "outbox", context);

        assertThat(context.contents("passage")).hasSize(1).first().asString().contains("Slow consumers");
    }

    @Test
    void quotesNoMorePassagesThanConfigured() {
        LibraryConfig one = new LibraryConfig(Optional.of(Ask.sample().toString()), 0, 1, 100, 10_000, 1 << 20);

        assertThat((List<?>) Ask.ask(Ask.engine(one), "key", context).get("sources"))
                .hasSize(1);
    }

    @Test
    void saysHonestlyThatNothingWasFoundAndWhatCouldBeAsked() {
        Map<String, Object> data = Ask.ask(engine, "What is the weather in Paris?", context);

        assertThat((String) data.get("answer"))
                .startsWith("I found nothing close")
                .contains("- API keys (api-keys.md): Every client shows a key when it connects.")
                .contains("- Operations (operations.html)")
                .contains("- notes.txt: The mascot of the project is an octopus.");
        assertThat((List<?>) data.get("sources")).isEmpty();
        assertThat(context.contents("passage")).isEmpty();
    }

    @Test
    void takesAQuestionOfNothingButQuestionWordsForOneThatFindsNothing() {
        assertThat((String) Ask.ask(engine, "How do I?", context).get("answer")).startsWith("I found nothing close");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Long query...", "What is the weather in Paris?", "octopus", "?"})
    void takesSecondsAtAReadablePace(String question) {
        Ask.ask(engine, question, context);

        assertThat(context.paused()).isGreaterThan(Duration.ofSeconds(2));
    }

    @Test
    void saysSoWhenThereAreNoDocuments(@TempDir Path empty) {
        Map<String, Object> data = Ask.ask(Ask.engine(empty), "How do I rotate an API key?", context);

        assertThat((String) data.get("answer")).startsWith("This library has no documents");
        assertThat(data.get("answer")).isEqualTo(context.text());
    }

    @Test
    @Tag("M4")
    @DisplayName("M4: computes what is arithmetic, with thoughts first, even without documents")
    void computesArithmetic(@TempDir Path empty) {
        Map<String, Object> data = Ask.ask(Ask.engine(empty), "What is 2+2?", context);

        assertThat(context.thoughts())
                .containsExactly(
                        Thought.of("reasoning", "This is arithmetic: 2+2"),
                        Thought.of("compute", "2 + 2 = 4"),
                        Thought.text("4"));
        assertThat(data).containsEntry("answer", "4").containsEntry("sources", List.of());
    }

    @Test
    void pausesBetweenWordsAtTheConfiguredPace() {
        Ask.ask(engine, "octopus", context);

        assertThat(context.pauses())
                .hasSize(context.contents("text").size() - 1)
                .allMatch(pause -> pause.equals(Duration.ofMillis(25)));
    }

    @Test
    void prefersThePaceOfTheQuestion() throws Exception {
        engine.answer(Ask.question("octopus", OptionalDouble.of(8)), context);

        assertThat(context.pauses()).isNotEmpty().allMatch(pause -> pause.equals(Duration.ofMillis(125)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void doesNotPauseAtAPaceThatIsNone(double pace) throws Exception {
        engine.answer(Ask.question("octopus", OptionalDouble.of(pace)), context);

        assertThat(context.pauses()).isEmpty();
        assertThat(context.contents("text")).hasSizeGreaterThan(50);
    }

    @Test
    void readsTheDocumentsPackedIntoTheApplicationWhenNoFolderIsSet(@TempDir Path root) throws IOException {
        Path packed = Files.createDirectories(root.resolve("synapse-docs/design"));
        Files.writeString(packed.resolve("broker.md"), "# Broker\n\nThe broker carries messages between nodes.\n");
        Files.writeString(packed.getParent().resolve("index.txt"), "design/broker.md\n\nmissing.md\n");
        LibraryConfig none = new LibraryConfig(Optional.empty(), 0, 3, 100, 10_000, 1 << 20);
        try (URLClassLoader resources =
                new URLClassLoader(new URL[] {root.toUri().toURL()}, null)) {
            Map<String, Object> data = Ask.ask(new LibraryEngine(none, true, resources), "broker", context);

            assertThat((String) data.get("answer"))
                    .startsWith("From design/broker.md (Broker):\n\nThe broker carries messages");
        }
    }

    @Test
    void answersManyQuestionsAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Object>> questions = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                String question = i % 2 == 0 ? "octopus" : "rotate a key";
                questions.add(() -> Ask.ask(engine, question, new FakeContext()).get("answer"));
            }
            List<Object> answers = new ArrayList<>();
            for (Future<Object> answer : threads.invokeAll(questions)) {
                answers.add(answer.get());
            }
            assertThat(answers.stream().distinct()).hasSize(2);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void failsTheStartWhenItIsTheChosenEngineAndItsFolderIsMissing() {
        LibraryConfig config = Ask.config(Path.of("/no/such/folder"));

        assertThatThrownBy(() -> new LibraryEngine(config, true, null).start())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("synapse.library.folder");
        new LibraryEngine(config, false, null).start();
    }

    @Test
    void takesItsPlaceInTheConfigurationAsShipped() throws Exception {
        Properties properties = new Properties();
        try (InputStream in = LibraryEngine.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
            properties.load(in);
        }
        properties.setProperty("synapse.library.folder", Ask.sample().toString());
        LibraryEngine shipped = new LibraryEngine(new ConfigReader(name ->
                        Optional.ofNullable(properties.getProperty(name)).filter(value -> !value.isEmpty()))
                .read());
        shipped.start();

        assertThat(shipped.name()).isEqualTo(properties.getProperty("synapse.engine"));
        Ask.ask(shipped, "octopus", context);
        assertThat(1 / (context.pauses().get(0).toMillis() / 1000.0))
                .isCloseTo(Double.parseDouble(properties.getProperty("synapse.library.pace")), within(0.1));
        shipped.stop();
    }

    @Test
    void canBeStoppedWithoutEverHavingAnswered() {
        Ask.engine(Ask.sample()).stop();
    }
}
