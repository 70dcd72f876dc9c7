package io.synapse.engine.library;

/**
 * A passage that was found.
 *
 * @param passage what was found
 * @param confidence 0 to 1: how much of what the question asks for is there, by the weight of its words
 */
record Hit(Passage passage, double confidence) {

    /** Where the passage stands, for people. */
    String place() {
        return passage.heading().isEmpty() ? passage.source() : passage.source() + " (" + passage.heading() + ")";
    }
}
