package io.synapse.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where Redis is, and how long this node waits for it.
 *
 * @param uris one server ({@code redis://}, {@code rediss://} for TLS), or one {@code redis-sentinel://} with all its
 *     sentinels, or the first nodes of a Redis Cluster; not empty
 * @param sharded whether they are nodes of a Redis Cluster
 * @param username the name of an ACL user, if not the default one
 * @param password its password
 * @param prefix what all keys and channels begin with
 * @param timeout after which a command has failed
 * @param maxPending how many commands may wait for an answer at a time; more are refused
 * @param caFile certificates in PEM format, one of which has to vouch for that of Redis; empty for those the JVM trusts
 */
public record RedisConfig(
        List<String> uris,
        boolean sharded,
        Optional<String> username,
        Optional<String> password,
        String prefix,
        Duration timeout,
        int maxPending,
        Optional<Path> caFile) {

    /** Copies the list. */
    public RedisConfig {
        uris = List.copyOf(uris);
    }

    // A URI may hold a password.
    @Override
    public String toString() {
        return "RedisConfig[" + uris.size() + " uris, sharded " + sharded + ", prefix " + prefix + "]";
    }
}
