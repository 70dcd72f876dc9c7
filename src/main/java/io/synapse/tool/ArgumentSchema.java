package io.synapse.tool;

import java.util.Map;
import java.util.Optional;

/** What the arguments of a tool must be. Safe for use by many threads. */
@FunctionalInterface
interface ArgumentSchema {

    /** The longest problem, in characters. */
    int MAX_PROBLEM_LENGTH = 300;

    /**
     * Checks arguments.
     *
     * @param arguments of a call
     * @return what is wrong first: where, and what was expected; empty if they fit
     */
    Optional<String> problem(Map<String, Object> arguments);
}
