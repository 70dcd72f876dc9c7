package io.synapse.it;

import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Thought;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * An engine that tests command by its question, and that tells of itself what no client could see: {@code working?} is
 * answered with how many other calls are on an engine thread now, and how often the engine was called.
 */
@ApplicationScoped
public class ProbeEngine implements QueryEngine {

    private static final AtomicInteger WORKING = new AtomicInteger();
    private static final AtomicInteger CALLS = new AtomicInteger();
    private static final int FLOOD_CHARS = 2000;
    private static final int NUMBERS = 400;

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception {
        String[] words = question.text().split(" ");
        if (words[0].equals("working?")) {
            return new Answer(Map.of("working", WORKING.get(), "calls", CALLS.get())).done();
        }
        if (words[0].equals("history")) {
            return new Answer(Map.of("history", told(question))).done();
        }
        CALLS.incrementAndGet();
        WORKING.incrementAndGet();
        try {
            return work(words, context);
        } finally {
            WORKING.decrementAndGet();
        }
    }

    /** What was said before: questions and answers in turn. */
    private static List<String> told(Question question) {
        return question.history().stream()
                .flatMap(turn -> Stream.of(turn.question(), turn.answer()))
                .toList();
    }

    private static CompletionStage<Answer> work(String[] words, QueryContext context) throws Exception {
        switch (words[0]) {
            case "count" -> {
                int to = Integer.parseInt(words[1]);
                for (int i = 1; i <= to; i++) {
                    context.emit(Thought.text("w" + i + " "));
                    context.pause(Duration.ofMillis(Integer.parseInt(words[2])));
                }
                return Answer.of("counted").done();
            }
            case "block" -> {
                context.emit("step", "blocking");
                new java.util.concurrent.CountDownLatch(1).await();
                return Answer.of("never").done();
            }
            case "flood" -> {
                for (int i = 0; i < Integer.parseInt(words[1]); i++) {
                    context.emit(Thought.text("x".repeat(FLOOD_CHARS)));
                }
                return Answer.of("flooded").done();
            }
            case "numbers" -> {
                for (int i = 1; i <= Integer.parseInt(words[1]); i++) {
                    context.emit(Thought.text((i + " ").repeat(NUMBERS)));
                    context.pause(Duration.ofMillis(Integer.parseInt(words[2])));
                }
                return Answer.of("counted").done();
            }
            case "large" -> {
                return Answer.of("x".repeat(Integer.parseInt(words[1]))).done();
            }
            case "throw" -> throw new IllegalStateException("as asked");
            case "error" -> throw new NoClassDefFoundError("as asked");
            case "nothing" -> {
                return null;
            }
            default -> {
                return Answer.of("unknown command").done();
            }
        }
    }
}
