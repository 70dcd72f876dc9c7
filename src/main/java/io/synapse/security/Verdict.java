package io.synapse.security;

import java.util.Optional;
import java.util.OptionalInt;

/** What becomes of a handshake. */
public sealed interface Verdict {

    /**
     * The client may come in.
     *
     * @param identity who it is, if it said so already; otherwise it must when it joins
     * @param protocolVersion 1 or 2, the Phoenix version it announced
     * @param subprotocol the sub-protocol to answer, if any
     */
    record Admitted(Optional<Identity> identity, int protocolVersion, Optional<String> subprotocol)
            implements Verdict {}

    /**
     * The client is refused before the upgrade.
     *
     * @param status the HTTP status
     * @param reason why, for the client's developers; no secrets
     * @param retryAfterSeconds when it may try again, if that helps
     */
    record Refused(int status, String reason, OptionalInt retryAfterSeconds) implements Verdict {

        /** A credential was shown, and it is not good. */
        public static final Refused INVALID_TOKEN = of(401, "invalid token");

        /**
         * A refusal that trying again does not change.
         *
         * @param status the HTTP status
         * @param reason why
         * @return the verdict
         */
        public static Refused of(int status, String reason) {
            return new Refused(status, reason, OptionalInt.empty());
        }
    }
}
