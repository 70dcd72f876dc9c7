package io.synapse.security;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Something to be written down. Texts may come from clients: whoever writes them bounds and escapes them. Immutable.
 *
 * @param name what it is
 * @param outcome what came of it
 * @param who did it, if that is known
 * @param address where from, if that is known; else empty
 * @param details what else there is to say, such as {@code connection_id}, {@code agent}, {@code ref}, {@code reason}
 */
public record AuditEvent(
        Name name, Outcome outcome, Optional<Identity> who, String address, Map<String, String> details) {

    /** What is written down. */
    public enum Name {
        /** A handshake on one of the sockets. */
        HANDSHAKE,
        /** A client joins an agent. */
        JOIN,
        /** A query or a replay is interrupted. */
        INTERRUPT,
        /** A connection is closed through the control API. */
        DISCONNECT,
        /** What a connection subscribes to is changed through the control API. */
        ORDER,
        /** The server closes a connection for what the client did, or because its credential was revoked or has expired. */
        CLOSE,
        /** A request to the REST side that needs a right. */
        REQUEST,
        /** A key is made. */
        KEY_CREATE,
        /** A key gets a new secret. */
        KEY_ROTATE,
        /** A key is ended. */
        KEY_REVOKE,
        /** A login session is made. */
        SESSION_CREATE,
        /** A login session is shortened. */
        SESSION_EXPIRE,
        /** A login session is ended. */
        SESSION_REVOKE,
        /** A token is made. */
        TOKEN_CREATE,
        /** A ticket is made. */
        TICKET_CREATE,
        /** The node lets its clients go. */
        DRAIN,
        /** The node serves again. */
        DRAIN_CANCEL;

        /**
         * Whether it changes who may do what: then each is written down, however many there are.
         *
         * @return false if a client can do it as often as it likes
         */
        public boolean isAdmin() {
            return switch (this) {
                case DISCONNECT,
                        DRAIN,
                        DRAIN_CANCEL,
                        KEY_CREATE,
                        KEY_ROTATE,
                        KEY_REVOKE,
                        SESSION_EXPIRE,
                        SESSION_REVOKE -> true;
                default -> false;
            };
        }
    }

    /** What came of it. */
    public enum Outcome {
        /** It was done. */
        ACCEPTED,
        /** It was not. */
        REFUSED
    }

    /** Copies the details, in order. */
    public AuditEvent {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    /**
     * Something that was done.
     *
     * @param name what
     * @return the event
     */
    public static AuditEvent accepted(Name name) {
        return new AuditEvent(name, Outcome.ACCEPTED, Optional.empty(), "", Map.of());
    }

    /**
     * Something that was not done.
     *
     * @param name what
     * @param reason why
     * @return the event
     */
    public static AuditEvent refused(Name name, String reason) {
        return new AuditEvent(name, Outcome.REFUSED, Optional.empty(), "", Map.of("reason", reason));
    }

    /**
     * The same with who did it.
     *
     * @param identity who, if that is known
     * @return the event
     */
    public AuditEvent by(Optional<Identity> identity) {
        return new AuditEvent(name, outcome, identity, address, details);
    }

    /**
     * The same with where it came from.
     *
     * @param remoteAddress the address of the client
     * @return the event
     */
    public AuditEvent from(String remoteAddress) {
        return new AuditEvent(name, outcome, who, remoteAddress, details);
    }

    /**
     * The same with one detail more.
     *
     * @param field its name
     * @param value what it is; null for none
     * @return the event
     */
    public AuditEvent with(String field, String value) {
        if (value == null) {
            return this;
        }
        Map<String, String> more = new LinkedHashMap<>(details);
        more.put(field, value);
        return new AuditEvent(name, outcome, who, address, more);
    }
}
