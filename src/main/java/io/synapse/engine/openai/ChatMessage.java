package io.synapse.engine.openai;

import java.util.List;

/**
 * One message of a conversation, as the model gets it. Immutable.
 *
 * @param role {@code system}, {@code user}, {@code assistant} or {@code tool}
 * @param content what was said; for a tool, what it gave
 * @param calls what the model asked for with it
 * @param callId for a tool, the call that it answers; otherwise null
 */
record ChatMessage(String role, String content, List<ModelCall> calls, String callId) {

    ChatMessage(String role, String content) {
        this(role, content, List.of(), null);
    }

    static ChatMessage asking(String content, List<ModelCall> calls) {
        return new ChatMessage("assistant", content, List.copyOf(calls), null);
    }

    static ChatMessage given(ModelCall call, String result) {
        return new ChatMessage("tool", result, List.of(), call.id());
    }
}
