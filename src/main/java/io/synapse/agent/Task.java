package io.synapse.agent;

import io.synapse.agent.Workers.TeamKey;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Question;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * One query on its way through workers: it waits, is given to one, perhaps to another after that, and is over once. Guarded
 * by the lock of {@link Workers}, but for what is final.
 */
final class Task implements Comparable<Task> {

    final String id;
    final Question question;
    final QueryContext context;
    final CompletableFuture<Answer> answer = new CompletableFuture<>();

    /** All that have had it: none gets it twice, so that nothing late of one is taken for something new. */
    final Set<Worker> had = new HashSet<>();

    /** Whose it is; null while it waits, and when it is over. */
    Giving current;

    boolean over;

    /** Whether a client may have seen anything of it: then nobody else can begin it anew. */
    boolean emitted;

    /** Where it waits. */
    TeamKey team;

    /** How long it still waits; null while it does not. */
    Expiry patience;

    private final long order;

    Task(String id, long order, Question question, QueryContext context) {
        this.id = id;
        this.order = order;
        this.question = question;
        this.context = context;
    }

    /** The oldest first, also one that was given before and came back. */
    @Override
    public int compareTo(Task other) {
        return Long.compare(order, other.order);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(order);
    }

    /** A task in the hands of one worker. It takes one of the worker's places until the worker says how it ended. */
    static final class Giving {
        final Task task;
        final Worker worker;

        /** The worker has said something of it. */
        boolean accepted;

        /** The worker was told to stop: what it says of the task means nothing any more. */
        boolean cancelled;

        /** How long the worker has to say something of it. */
        final Expiry acceptance = new Expiry();

        /** How long the worker has to say that it has stopped. */
        final Expiry stop = new Expiry();

        Giving(Task task, Worker worker) {
            this.task = task;
            this.worker = worker;
        }

        boolean isLive() {
            return task.current == this && !cancelled;
        }

        /** The worker has said how it ended, or is gone. */
        void settled() {
            acceptance.end();
            stop.end();
        }
    }
}
