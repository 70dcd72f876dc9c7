package io.synapse.engine.openai;

/**
 * One message of a conversation, as the model gets it. Immutable.
 *
 * @param role {@code system}, {@code user} or {@code assistant}
 * @param content what was said
 */
record ChatMessage(String role, String content) {}
