package io.synapse.endpoint;

import io.synapse.protocol.CloseReason;
import jakarta.websocket.Session;

/**
 * Payara closes on a frame that is larger than its buffer with 1011 and without asking anybody. Said from within the
 * close, the right code still reaches the client.
 */
final class TyrusTooBig {

    private static final String PHRASE = "Buffer overflow";

    private TyrusTooBig() {}

    static boolean isMeant(jakarta.websocket.CloseReason reason) {
        return reason.getCloseCode().getCode() == CloseReason.INTERNAL.code()
                && reason.getReasonPhrase() != null
                && reason.getReasonPhrase().startsWith(PHRASE);
    }

    static void tell(Session session, CloseReason reason) {
        Reflection.path(session, "asyncRemote", "webSocket")
                .ifPresent(socket -> Reflection.call(socket, "close", reason.code(), reason.phrase()));
    }
}
