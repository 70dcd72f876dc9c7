package io.synapse.query;

import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.budget.Budgets;
import io.synapse.budget.Level;
import io.synapse.protocol.Body;
import java.io.IOException;

/** What clients are told of budgets. */
public final class BudgetBodies {

    private BudgetBodies() {}

    /** A limit is nearly reached: {@code {kind,used,limit,percent,resets_at}}. */
    static Body warning(Level level) {
        return generator -> {
            generator.writeStartObject();
            write(generator, level);
            generator.writeNumberField("resets_at", level.resetsAt().toEpochMilli());
            generator.writeEndObject();
        };
    }

    /**
     * What a subject has used.
     *
     * @param usage it
     * @return {@code {window_ms,resets_at,budgets:[{kind,used,limit,percent}]}}
     */
    public static Body of(Budgets.Usage usage) {
        return generator -> {
            generator.writeStartObject();
            generator.writeNumberField("window_ms", usage.window().toMillis());
            generator.writeNumberField("resets_at", usage.resetsAt().toEpochMilli());
            generator.writeArrayFieldStart("budgets");
            for (Level level : usage.levels()) {
                generator.writeStartObject();
                write(generator, level);
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        };
    }

    private static void write(JsonGenerator generator, Level level) throws IOException {
        generator.writeStringField("kind", level.kind().word());
        generator.writeNumberField("used", level.used());
        generator.writeNumberField("limit", level.limit());
        generator.writeNumberField("percent", level.percent());
    }
}
