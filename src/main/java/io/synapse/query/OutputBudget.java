package io.synapse.query;

import io.synapse.budget.Budgets;
import io.synapse.budget.Level;
import io.synapse.query.QueryEvent.ThoughtEvent;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What one query takes of its subject's budget of output tokens (ledger B9). While it streams the tokens are estimated:
 * one for each thought, or one for each four characters if these are more, since a thought of a language model is mostly one
 * token; progress is not counted. When the engine says in its answer how many there were, that counts. Safe for use by many
 * threads.
 */
final class OutputBudget {

    private static final int CHARACTERS_OF_A_TOKEN = 4;

    private final Budgets budgets;
    private final String subject;
    private final Consumer<List<Level>> warned;
    private long pieces;
    private long characters;
    private long estimated;
    private long window;
    private long inWindow;

    OutputBudget(Budgets budgets, String subject, Consumer<List<Level>> warned) {
        this.budgets = budgets;
        this.subject = subject;
        this.warned = warned;
    }

    /** What may become of an entry. */
    enum Verdict {
        /** It may be shown. */
        GO_ON,
        /** It may be shown, and nothing after it. */
        LAST,
        /** It may not be shown. */
        OVER
    }

    /** Spends what an entry takes. */
    Verdict spend(QueryEvent event) {
        if (!(event instanceof ThoughtEvent thought)) {
            return Verdict.GO_ON;
        }
        Budgets.Spending spending;
        synchronized (this) {
            pieces++;
            characters += thought.content().length();
            long now = Math.max(pieces, (characters + CHARACTERS_OF_A_TOKEN - 1) / CHARACTERS_OF_A_TOKEN);
            long more = now - estimated;
            estimated = now;
            spending = budgets.spend(subject, more);
            if (spending.window() != window) {
                window = spending.window();
                inWindow = 0;
            }
            inWindow += spending.allowed() ? more : 0;
        }
        if (!spending.warnings().isEmpty()) {
            warned.accept(spending.warnings());
        }
        if (!spending.allowed()) {
            return Verdict.OVER;
        }
        return spending.exhausted() ? Verdict.LAST : Verdict.GO_ON;
    }

    /** Corrects the estimate by what the engine says: {@code usage.output_tokens} of its answer. */
    void correct(Map<String, ?> answer) {
        if (answer.get("usage") instanceof Map<?, ?> usage && usage.get("output_tokens") instanceof Number tokens) {
            // An engine may say anything; no answer has more.
            long said = Math.max(0, Math.min(tokens.longValue(), Integer.MAX_VALUE));
            synchronized (this) {
                // Of an earlier window nothing is taken back: it is over.
                long more = Math.max(said - estimated, -inWindow);
                budgets.correct(subject, window, more);
                estimated += more;
            }
        }
    }
}
