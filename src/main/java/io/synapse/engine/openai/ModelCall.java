package io.synapse.engine.openai;

/**
 * A call of a tool, as the model wants it. Immutable.
 *
 * @param id the call's name for its result
 * @param name the tool
 * @param arguments JSON, as the model wrote it
 */
record ModelCall(String id, String name, String arguments) {}
