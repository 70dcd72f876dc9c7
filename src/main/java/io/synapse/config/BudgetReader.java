package io.synapse.config;

import io.synapse.config.BudgetConfig.Limits;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what each subject may use. */
final class BudgetReader {

    private static final String SUBJECTS = "synapse.budget.subjects";
    private static final int MOST = 2_000_000_000;
    // Names of subjects from elsewhere have colons themselves, as jwt:ann has.
    private static final Pattern SUBJECT = Pattern.compile("(\\S{1,160}):(\\d{1,9}):(\\d{1,9})");

    private final ConfigReader reader;

    BudgetReader(ConfigReader reader) {
        this.reader = reader;
    }

    BudgetConfig read() {
        return new BudgetConfig(
                new Limits(
                        reader.integer("synapse.budget.queries", 0, MOST),
                        reader.integer("synapse.budget.output-tokens", 0, MOST)),
                subjects(),
                reader.duration("synapse.budget.window", Duration.ofSeconds(1), Duration.ofDays(31)),
                reader.integer("synapse.budget.max-subjects", 1, 10_000_000));
    }

    private Map<String, Limits> subjects() {
        Map<String, Limits> subjects = new HashMap<>();
        for (String entry : reader.list(SUBJECTS)) {
            Matcher matcher = SUBJECT.matcher(entry);
            if (!matcher.matches()) {
                throw new ConfigException(SUBJECTS, "must be entries name:queries:output-tokens: " + entry);
            }
            Limits limits = new Limits(Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3)));
            if (subjects.put(matcher.group(1), limits) != null) {
                throw new ConfigException(SUBJECTS, "names " + matcher.group(1) + " twice");
            }
        }
        return subjects;
    }
}
