package io.synapse.agent;

import io.synapse.engine.Question;
import java.time.Duration;

/** What a worker is told of a task. Immutable. */
public sealed interface TaskNews {

    /**
     * Which task.
     *
     * @return its name
     */
    String task();

    /**
     * The worker is to do a task.
     *
     * @param task its name
     * @param question what is asked
     * @param attempt 1 for the first worker that has it, then counting up
     * @param timeout how long it may take from now
     */
    record Given(String task, Question question, int attempt, Duration timeout) implements TaskNews {}

    /**
     * The worker is to stop a task.
     *
     * @param task its name
     * @param reason why, for logs
     */
    record Cancelled(String task, String reason) implements TaskNews {}
}
