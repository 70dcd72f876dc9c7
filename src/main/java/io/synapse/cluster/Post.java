package io.synapse.cluster;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Messages from node to node. Each comes at most once, and may not come at all: who needs to know asks, and is answered or told
 * that nobody did. Those from one node to another of one kind come in order. Safe for use by many threads; nothing waits.
 */
public interface Post {

    /** Takes messages of one kind. */
    @FunctionalInterface
    interface Handler {

        /** What a message that wants no answer is answered with. */
        CompletionStage<String> NOTHING = CompletableFuture.completedFuture("");

        /**
         * A message has come. Called on a managed thread, one message of a kind at a time; must not wait.
         *
         * @param from the node that sent it
         * @param body what it says
         * @return the answer, which goes nowhere if none was asked for; a failure is told to the one who asked
         */
        CompletionStage<String> handle(String from, String body);
    }

    /**
     * Has messages of a kind handled. To be called once for each kind, before the application is started.
     *
     * @param kind letters, digits and dashes
     * @param handler takes them
     */
    void on(String kind, Handler handler);

    /**
     * Tells a node something. What cannot be sent now is counted and dropped.
     *
     * @param node which; this one is told, too
     * @param kind of message
     * @param body what to say
     */
    void tell(String node, String kind, String body);

    /**
     * Tells all other nodes something.
     *
     * @param kind of message
     * @param body what to say
     */
    void tellOthers(String kind, String body);

    /**
     * Asks a node something.
     *
     * @param node which; this one may be asked, too
     * @param kind of message
     * @param body what to ask
     * @param timeout how long to wait for the answer
     * @return the answer; fails with a {@link PostException}
     */
    CompletionStage<String> ask(String node, String kind, String body, Duration timeout);
}
