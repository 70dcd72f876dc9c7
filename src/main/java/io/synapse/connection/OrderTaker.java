package io.synapse.connection;

import io.synapse.connection.ConnectionDirectory.Outcome;
import io.synapse.protocol.Reasons;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What is joined and subscribed to on a connection, and who changes that by order. Safe for use by many threads. */
public interface OrderTaker {

    /** Of a connection on which nothing can be joined. */
    OrderTaker NONE = new OrderTaker() {
        @Override
        public Collection<String> channels(String tenant) {
            return List.of();
        }

        @Override
        public CompletionStage<Outcome> obey(String tenant, ConnectionOrder order) {
            return CompletableFuture.completedFuture(Outcome.refused(Reasons.FORBIDDEN));
        }
    };

    /**
     * What a tenant's clients have on the connection.
     *
     * @param tenant whose
     * @return topics and patterns, some perhaps twice
     */
    Collection<String> channels(String tenant);

    /**
     * Changes what a tenant's clients have on the connection, as far as they may have it.
     *
     * @param tenant whose
     * @param order {@link ConnectionOrder.Subscribe} or {@link ConnectionOrder.Unsubscribe}
     * @return what came of it
     */
    CompletionStage<Outcome> obey(String tenant, ConnectionOrder order);
}
