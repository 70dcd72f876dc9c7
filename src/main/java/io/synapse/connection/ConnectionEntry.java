package io.synapse.connection;

import java.time.Instant;
import java.util.Optional;
import java.util.SortedSet;

/**
 * What is known of a connection, as one tenant sees it. Immutable. The times are as old as the last look at the node that
 * has the connection.
 *
 * @param connectionId its id
 * @param session the id of the login it was opened with, which is no secret; empty if it was opened with something else
 * @param user the subject of who has it: of its handshake, or of its first join; empty while nobody has said who it is
 * @param tenant whom that one belongs to; empty for nobody in particular
 * @param channels the agents' topics it has joined, and the topics and patterns it subscribes to; what those of other
 *     tenants on the same connection have is not here
 * @param connectedAt when it was opened
 * @param lastActivity when the client last sent a message; when it was opened, if it never did
 * @param lastHeartbeat when the client last answered a ping, if it ever did
 * @param node the name of the node that has it
 */
public record ConnectionEntry(
        String connectionId,
        String session,
        String user,
        String tenant,
        SortedSet<String> channels,
        Instant connectedAt,
        Instant lastActivity,
        Optional<Instant> lastHeartbeat,
        String node) {}
