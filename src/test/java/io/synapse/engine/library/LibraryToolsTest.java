package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.engine.Answer;
import io.synapse.engine.EngineException;
import io.synapse.engine.Question;
import io.synapse.protocol.JsonValues;
import io.synapse.tool.RegisteredTool;
import io.synapse.tool.ToolRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The tools that come with Synapse. */
class LibraryToolsTest {

    private final ToolRegistry tools = new ToolRegistry(
            List.of(new ArithmeticTool(), new SearchTool(Ask.engine(Ask.sample()))),
            Map.of(),
            Set.of("synapse-user"),
            1 << 20);
    private final FakeContext context = new FakeContext();

    private Map<String, Object> call(String tool, String arguments) throws Exception {
        RegisteredTool found = tools.find(tool).orElseThrow();
        assertThat(found.problem(JsonValues.object(arguments, 8))).isEmpty();
        Question question = Ask.question(arguments);
        Answer answer = found.answer(question, context).toCompletableFuture().getNow(null);
        return answer.data();
    }

    @Test
    @DisplayName("M10: arithmetic computes as docs/tools.md shows")
    void computes() throws Exception {
        Map<String, Object> data = call("arithmetic", "{\"expression\":\"12 * (3 - 4.5)\"}");

        assertThat(data).containsEntry("answer", "-18");
        assertThat(Files.readString(Path.of("docs/tools.md")))
                .contains("\"data\":" + JsonValues.write(data).text());
    }

    @Test
    @DisplayName("M10: what is no arithmetic is said to be none, and what has no result has an answer that says so")
    void refusesOthers() throws Exception {
        assertThatThrownBy(() -> call("arithmetic", "{\"expression\":\"two and two\"}"))
                .isInstanceOfSatisfying(
                        EngineException.class,
                        failure -> assertThat(failure.reason()).isEqualTo("not_arithmetic"));
        assertThat((String) call("arithmetic", "{\"expression\":\"1/0\"}").get("answer"))
                .isNotBlank();
    }

    @Test
    @DisplayName("M10: search gives the best passages, as many as are wanted, and tells its progress")
    void searches() throws Exception {
        List<?> some =
                (List<?>) call("search", "{\"query\":\"the\",\"limit\":1.0}").get("passages");
        assertThat(some).hasSizeLessThanOrEqualTo(1);
        List<?> found =
                (List<?>) call("search", "{\"query\":\"rotate an API key\"}").get("passages");
        assertThat(found).isNotEmpty().hasSizeLessThanOrEqualTo(3);
        assertThat(((Map<?, ?>) found.get(0)).keySet().toString()).isEqualTo("[source, heading, score, text]");
        assertThat(context.contents("progress")).containsExactly("0% searching", "0% searching");
        assertThat((List<?>) call("search", "{\"query\":\"?!\"}").get("passages"))
                .isEmpty();
    }
}
