package io.synapse.connection;

/**
 * Somebody who has said on a connection who it is. Immutable.
 *
 * @param user the subject
 * @param tenant whom the subject belongs to; empty for nobody in particular
 * @param session the id of the login that was shown, which is no secret; empty if something else was shown
 */
public record ConnectionClient(String user, String tenant, String session) {

    /** Nobody has said who it is. */
    static final ConnectionClient NOBODY = new ConnectionClient("", "", "");
}
