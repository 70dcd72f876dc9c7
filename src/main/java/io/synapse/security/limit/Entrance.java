package io.synapse.security.limit;

import io.synapse.security.Verdict.Refused;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/** What comes of asking for one more connection. */
public sealed interface Entrance permits Place, Entrance.Full {

    /**
     * A limit is reached.
     *
     * @param limit which
     * @param retryAfterNanos when it makes sense to try again
     */
    record Full(Limit limit, long retryAfterNanos) implements Entrance {

        /**
         * The same in milliseconds.
         *
         * @return at least 1
         */
        public long retryAfterMillis() {
            return Math.max(1, TimeUnit.NANOSECONDS.toMillis(retryAfterNanos));
        }

        /**
         * As the answer to a handshake.
         *
         * @return with {@code Retry-After} in whole seconds, at least 1
         */
        public Refused refused() {
            long second = TimeUnit.SECONDS.toNanos(1);
            int seconds = Math.toIntExact(Math.max(1, (retryAfterNanos + second - 1) / second));
            return new Refused(limit.status(), limit.text(), OptionalInt.of(seconds));
        }
    }
}
