package io.synapse.config;

import java.time.Duration;

/**
 * How tenants share the places for queries. A tenant is who asked, by the subject of the credential.
 *
 * @param maxConcurrentPerTenant queries of one tenant that run at a time; 0: as many as run in all
 * @param maxQueuedPerTenant queries of one tenant that wait, beyond those that it may have running; 0: as many as wait in
 *     all
 * @param ageing how long a query waits until its priority counts for one more
 * @param positionInterval how often those who follow a waiting query are told its position, at most
 */
public record FairnessConfig(
        int maxConcurrentPerTenant, int maxQueuedPerTenant, Duration ageing, Duration positionInterval) {

    /**
     * What one tenant may run if nothing else is said: three quarters, so that the next tenant finds a free place without
     * half of the node standing idle while only one asks.
     *
     * @param maxConcurrent queries that run in all
     * @return at least 1
     */
    static int concurrentByDefault(int maxConcurrent) {
        return maxConcurrent - maxConcurrent / 4;
    }

    /**
     * How many of one tenant may wait if nothing else is said: half, so that two who flood leave each other their share.
     *
     * @param maxQueued queries that wait in all
     * @return at least 1, if any may wait
     */
    static int queuedByDefault(int maxQueued) {
        return maxQueued - maxQueued / 2;
    }
}
