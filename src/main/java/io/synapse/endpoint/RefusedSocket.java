package io.synapse.endpoint;

import io.synapse.connection.Transport;
import jakarta.websocket.Session;

/**
 * A connection that was opened only to be closed with a code that says why. What its client sends is not looked at, and it is
 * held for a while first, for those who dial again at once.
 */
final class RefusedSocket {

    private static final int SMALLEST_BUFFER = 1024;

    private final RefusedPrincipal refused;

    RefusedSocket(SocketDependencies with, Session opened, RefusedPrincipal refused) {
        this.refused = refused;
        opened.setMaxTextMessageBufferSize(SMALLEST_BUFFER);
        opened.setMaxBinaryMessageBufferSize(SMALLEST_BUFFER);
        opened.setMaxIdleTimeout(0);
        with.idleTimer().takeOut(opened);
        refused.place().open();
        Transport transport = new JakartaTransport(
                opened,
                RawConnection.of(opened),
                with.closer(),
                with.cutter(),
                with.connections().timers());
        with.connections().timers().after(with.limits().closeDelay(), () -> {
            transport.close(refused.reason());
            // Also where the container never tells its end: by then the connection has been cut.
            with.connections().timers().after(JakartaTransport.CLOSE_GRACE, refused.place()::release);
        });
    }

    void closed() {
        refused.place().release();
    }
}
