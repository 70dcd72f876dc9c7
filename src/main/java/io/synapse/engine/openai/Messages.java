package io.synapse.engine.openai;

import io.synapse.engine.EarlierTurn;
import io.synapse.engine.Question;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a model is told: the system prompt, what was said before, exactly as it was shown, and the question. A question of
 * which no answer was shown is told together with the next one, because models want user and assistant in turn, and an
 * assistant that said something.
 */
final class Messages {

    private Messages() {}

    static List<ChatMessage> of(Optional<String> systemPrompt, Question question) {
        List<ChatMessage> messages = new ArrayList<>();
        systemPrompt.ifPresent(prompt -> messages.add(new ChatMessage("system", prompt)));
        StringBuilder user = new StringBuilder();
        for (EarlierTurn turn : question.history()) {
            user.append(turn.question());
            if (turn.answer().isEmpty()) {
                user.append("\n\n");
            } else {
                messages.add(new ChatMessage("user", user.toString()));
                messages.add(new ChatMessage("assistant", turn.answer()));
                user.setLength(0);
            }
        }
        messages.add(new ChatMessage("user", user + question.text()));
        return messages;
    }
}
