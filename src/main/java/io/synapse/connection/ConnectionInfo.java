package io.synapse.connection;

import java.time.Instant;
import java.util.Optional;

/**
 * What an operator sees of a connection, at one moment. Immutable.
 *
 * @param id its id
 * @param remoteAddress where the client is
 * @param connectedAt when it was opened
 * @param lastActivity when the client last sent a message; when it was opened, if it never did
 * @param lastHeartbeat when the client last answered a ping, if it ever did
 * @param outbox what waits for the client, and what was sent
 */
public record ConnectionInfo(
        String id,
        String remoteAddress,
        Instant connectedAt,
        Instant lastActivity,
        Optional<Instant> lastHeartbeat,
        Outbox.Status outbox) {

    static ConnectionInfo of(Connection connection, long ticks, Instant now) {
        Activity activity = connection.activity();
        return new ConnectionInfo(
                connection.id(),
                connection.remoteAddress(),
                now.minusNanos(ticks - activity.openedAt()),
                now.minusNanos(ticks - activity.spokeAt()),
                activity.hasAnswered() ? Optional.of(now.minusNanos(ticks - activity.answeredAt())) : Optional.empty(),
                connection.status());
    }
}
