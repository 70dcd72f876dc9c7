package io.synapse.connection;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The open connections of all nodes. Of one node's memory or of a cluster: whoever uses it cannot tell, and {@code
 * ConnectionDirectoryContract} in the tests says what both must do. What is read of other nodes is as old as their last word;
 * connections of a node that has died disappear by themselves. Safe for use by many threads; nothing waits. A stage fails if
 * the cluster cannot be asked.
 *
 * <p><b>Tenants.</b> Wherever a tenant is named, what is not of this tenant does not exist. An empty {@code Optional} is for
 * operators: it means all tenants. An empty name is those that belong to none.
 */
public interface ConnectionDirectory {

    /** The longest page. */
    int MAX_PAGE = 1000;

    /** The most names in each part of {@link Counts}. */
    int MAX_TOP = 1000;

    /**
     * Which connections are meant; what is empty does not matter.
     *
     * @param tenant whose
     * @param user the subject of who has them
     * @param channel a topic or a pattern, as it was joined or subscribed to
     * @param node the name of the node that has them
     */
    record Filter(Optional<String> tenant, Optional<String> user, Optional<String> channel, Optional<String> node) {

        /**
         * All of a tenant.
         *
         * @param tenant whose; empty for all
         * @return matches them
         */
        public static Filter of(Optional<String> tenant) {
            return new Filter(tenant, Optional.empty(), Optional.empty(), Optional.empty());
        }

        /**
         * Whether a connection is meant.
         *
         * @param entry of it
         * @return whether it is
         */
        public boolean matches(ConnectionEntry entry) {
            return matches(tenant, entry.tenant())
                    && matches(user, entry.user())
                    && matches(node, entry.node())
                    && (channel.isEmpty() || entry.channels().contains(channel.get()));
        }

        private static boolean matches(Optional<String> wanted, String present) {
            return wanted.isEmpty() || wanted.get().equals(present);
        }
    }

    /**
     * Some connections, in the order of their ids, each once.
     *
     * @param entries of them
     * @param next what the next page comes after; empty if this is the last
     */
    record Page(List<ConnectionEntry> entries, Optional<String> next) {}

    /**
     * How many connections there are. Each map has the names with the most, in falling order. Where all tenants are counted,
     * names of a tenant are {@code tenant|name}.
     *
     * @param global all
     * @param perUser by the subject of who has them; those that nobody has said anything on are not here
     * @param byChannel by what is joined or subscribed to
     * @param byGateway by the name of the node
     */
    record Counts(long global, Map<String, Long> perUser, Map<String, Long> byChannel, Map<String, Long> byGateway) {}

    /**
     * What came of an order.
     *
     * @param refusal why it was not carried out, one of {@link io.synapse.protocol.Reasons}; empty if it was
     */
    record Outcome(Optional<String> refusal) {

        /** It was carried out. */
        public static final Outcome DONE = new Outcome(Optional.empty());

        /**
         * It was not carried out.
         *
         * @param reason why
         * @return the outcome
         */
        public static Outcome refused(String reason) {
            return new Outcome(Optional.of(reason));
        }

        /**
         * Whether it was carried out.
         *
         * @return whether it was
         */
        public boolean done() {
            return refusal.isEmpty();
        }
    }

    /**
     * Finds a connection.
     *
     * @param connectionId its id
     * @param tenant whose; empty for all
     * @return it, if there is one
     */
    CompletionStage<Optional<ConnectionEntry>> find(String connectionId, Optional<String> tenant);

    /**
     * Some of the connections.
     *
     * @param filter which
     * @param after the id that the page comes after; empty for the first page
     * @param limit how many, 1 to {@link #MAX_PAGE}; a page may have fewer, and yet be followed by another
     * @return a page
     */
    CompletionStage<Page> list(Filter filter, String after, int limit);

    /**
     * How many connections there are.
     *
     * @param tenant whose; empty for all
     * @param top how many names each part may have, at most {@link #MAX_TOP}
     * @return figures of about one moment
     */
    CompletionStage<Counts> counts(Optional<String> tenant, int top);

    /**
     * Has something done with a connection by the node that has it. An order is carried out once at most; when the stage
     * fails it is not known whether it was.
     *
     * @param connectionId its id
     * @param tenant whose; empty for all
     * @param order what
     * @return what came of it; {@code not_found} if there is no such connection, {@code Message rejected: system overloaded} if
     *     its client reads too slowly to be told anything now
     */
    CompletionStage<Outcome> order(String connectionId, Optional<String> tenant, ConnectionOrder order);
}
