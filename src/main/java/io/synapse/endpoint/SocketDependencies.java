package io.synapse.endpoint;

import io.synapse.config.LimitsConfig;
import io.synapse.connection.Connection;
import io.synapse.connection.Heartbeats;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.security.Audit;
import java.util.concurrent.Executor;

/**
 * What all connections share, whatever they speak.
 *
 * @param connections what all outboxes share
 * @param limits the largest message
 * @param ids names connections
 * @param counters for what happens
 * @param heartbeats finds out which clients are still there
 * @param audit for connections that are closed for what their client did
 * @param closer runs closes, which block in some containers
 * @param cutter drops connections whose close does not come to an end
 * @param idleTimer Payara's quirk
 * @param selectors Open Liberty's quirk
 */
public record SocketDependencies(
        Connection.Environment connections,
        LimitsConfig limits,
        Ids ids,
        Counters counters,
        Heartbeats heartbeats,
        Audit audit,
        Executor closer,
        Executor cutter,
        TyrusIdleTimer idleTimer,
        LibertySelectors selectors) {}
