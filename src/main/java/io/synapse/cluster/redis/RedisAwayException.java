package io.synapse.cluster.redis;

/** Redis was not asked, because it cannot be reached, is too slow, or too many commands wait for it: nothing was done. */
final class RedisAwayException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RedisAwayException(String message) {
        super(message, null, false, false);
    }
}
