package io.synapse.protocol;

import java.util.Optional;
import java.util.OptionalDouble;

/** What a worker can say, which is a program that serves an agent. Immutable; every value is within its documented bound. */
public sealed interface WorkerMessage {

    /** What is said of one task. */
    sealed interface OfTask extends WorkerMessage {

        /**
         * Which task.
         *
         * @return the name that the server gave it
         */
        String task();
    }

    /**
     * Takes tasks of the agent that the message is addressed to.
     *
     * @param capacity how many at a time, at least 1
     */
    record Register(int capacity) implements WorkerMessage {}

    /** Takes no more tasks of the agent, and goes on with those it has. */
    record Unregister() implements WorkerMessage {}

    /**
     * Has begun a task.
     *
     * @param task which
     */
    record Accept(String task) implements OfTask {}

    /**
     * Has thought something.
     *
     * @param task which
     * @param type what kind of step
     * @param content the step
     * @param confidence 0 to 1, if known
     */
    record Thought(String task, String type, String content, OptionalDouble confidence) implements OfTask {}

    /**
     * Has done a task.
     *
     * @param task which
     * @param answer the answer as one text, if there is one
     * @param data an object of whatever else was found; empty without any
     */
    record Result(String task, Optional<String> answer, RawJson data) implements OfTask {}

    /**
     * Has failed in a task.
     *
     * @param task which
     * @param reason a short lower-case name, for the client
     * @param message for the client's developers
     */
    record Failure(String task, String reason, String message) implements OfTask {}

    /**
     * Has stopped a task.
     *
     * @param task which
     */
    record Stopped(String task) implements OfTask {}
}
