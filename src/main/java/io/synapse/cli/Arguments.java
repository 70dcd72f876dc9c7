package io.synapse.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Arguments in any order: options with a value each, flags, and the rest. For one thread. */
final class Arguments {

    private static final String DASHES = "--";

    private final Map<String, String> options = new LinkedHashMap<>();
    private final List<String> words = new ArrayList<>();

    /**
     * Reads arguments.
     *
     * @param arguments as they were given
     * @param known the options there are, without dashes
     * @param flags those of them that have no value
     * @throws UsageException if there is another, one is given twice, or a value is missing
     */
    Arguments(List<String> arguments, Set<String> known, Set<String> flags) throws UsageException {
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith(DASHES)) {
                words.add(argument);
                continue;
            }
            int equals = argument.indexOf('=');
            String name = argument.substring(DASHES.length(), equals < 0 ? argument.length() : equals);
            if (!known.contains(name)) {
                throw new UsageException("unknown option --" + name);
            }
            String value = "";
            if (equals >= 0) {
                value = argument.substring(equals + 1);
            } else if (!flags.contains(name)) {
                i++;
                if (i == arguments.size()) {
                    throw new UsageException("--" + name + " needs a value");
                }
                value = arguments.get(i);
            }
            if (options.put(name, value) != null) {
                throw new UsageException("--" + name + " is given twice");
            }
        }
    }

    boolean has(String name) {
        return options.containsKey(name);
    }

    Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    String required(String name) throws UsageException {
        return option(name).orElseThrow(() -> new UsageException("--" + name + " is needed"));
    }

    /** The parts of a value between commas. */
    List<String> list(String name) {
        return option(name).map(value -> List.of(value.split(",", -1))).orElse(List.of());
    }

    /** The only word that is no option. */
    String word(String what) throws UsageException {
        if (words.size() != 1) {
            throw new UsageException("one " + what + " is needed");
        }
        return words.get(0);
    }

    void noWords() throws UsageException {
        if (!words.isEmpty()) {
            throw new UsageException("unexpected: " + words.get(0));
        }
    }
}
