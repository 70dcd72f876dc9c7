package io.synapse.engine.openai;

import io.synapse.engine.openai.ChatChunk.ToolCallPiece;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Puts calls of tools together from the pieces in which a model writes them. For one thread. Bounded in what a query may put
 * out, as each piece is a thought as well.
 */
final class CallPieces {

    private final Map<Integer, Call> byIndex = new TreeMap<>();

    private static final class Call {
        private String id;
        private String name = "";
        private final StringBuilder arguments = new StringBuilder();
    }

    void add(ToolCallPiece piece) {
        Call call = byIndex.computeIfAbsent(piece.index(), index -> new Call());
        if (piece.id() != null) {
            call.id = piece.id();
        }
        if (piece.name() != null) {
            call.name = piece.name();
        }
        call.arguments.append(piece.arguments());
    }

    /** What was asked for, in order. */
    List<ModelCall> all() {
        return byIndex.entrySet().stream()
                .map(entry -> call(entry.getKey(), entry.getValue()))
                .toList();
    }

    // Some servers name no calls, and some give no arguments where there are none.
    private static ModelCall call(int index, Call call) {
        return new ModelCall(
                call.id == null ? "call_" + index : call.id,
                call.name,
                call.arguments.isEmpty() ? "{}" : call.arguments.toString());
    }
}
