package io.synapse.engine.library;

import io.synapse.engine.Answer;
import io.synapse.engine.EngineException;
import io.synapse.engine.Tool;
import io.synapse.engine.ToolCall;
import io.synapse.engine.ToolContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Computes an expression exactly; the data is {@code answer}, {@code expression} and {@code steps}. Takes milliseconds. */
@ApplicationScoped
public class ArithmeticTool implements Tool {

    @Override
    public String name() {
        return "arithmetic";
    }

    @Override
    public String description() {
        return "Computes an arithmetic expression exactly, with + - * / ^ and parentheses, and shows each step.";
    }

    @Override
    public String inputSchema() {
        return """
                {
                  "type": "object",
                  "properties": {
                    "expression": {
                      "type": "string",
                      "minLength": 1,
                      "maxLength": 1000,
                      "description": "such as 12 * (3 - 4.5)"
                    }
                  },
                  "required": ["expression"],
                  "additionalProperties": false
                }
                """;
    }

    @Override
    public CompletionStage<Answer> call(ToolCall call, ToolContext context) throws EngineException {
        Arithmetic.Computed computed = call.text("expression")
                .flatMap(Arithmetic::compute)
                .orElseThrow(() -> new EngineException(
                        "not_arithmetic", "the expression is not one of numbers and + - * / ^ ( )", null));
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("answer", computed.answer());
        data.put("expression", computed.expression());
        data.put("steps", computed.steps());
        return new Answer(data).done();
    }
}
