package io.synapse.endpoint;

import io.synapse.connection.Transport;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Identity;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Has written down why the server closes a connection, where the client is the reason. */
final class AuditedTransport implements Transport {

    private final Transport transport;
    private final Audit audit;
    private final Optional<Identity> identity;
    private final String remoteAddress;
    private final String connection;
    private final AtomicBoolean told = new AtomicBoolean();

    AuditedTransport(
            Transport transport, Audit audit, Optional<Identity> identity, String remoteAddress, String connection) {
        this.transport = transport;
        this.audit = audit;
        this.identity = identity;
        this.remoteAddress = remoteAddress;
        this.connection = connection;
    }

    @Override
    public Window window() {
        return transport.window();
    }

    @Override
    public void send(EncodedFrame frame, Completion completion) {
        transport.send(frame, completion);
    }

    @Override
    public void ping() throws IOException {
        transport.ping();
    }

    @Override
    public void close(CloseReason reason) {
        tell(reason);
        transport.close(reason);
    }

    @Override
    public void abort(CloseReason reason) {
        tell(reason);
        transport.abort(reason);
    }

    private void tell(CloseReason reason) {
        if (isForTheAudit(reason) && told.compareAndSet(false, true)) {
            audit.record(AuditEvent.accepted(AuditEvent.Name.CLOSE)
                    .by(identity)
                    .from(remoteAddress)
                    .with("connection_id", connection)
                    .with("code", Integer.toString(reason.code()))
                    .with("reason", reason.phrase()));
        }
    }

    // These say nothing of the client but that it is gone, silent, or that we are.
    private static boolean isForTheAudit(CloseReason reason) {
        return switch (reason) {
            case SERVICE_RESTART, INTERNAL, IDLE, GATEWAY_IDLE, DEAD -> false;
            default -> true;
        };
    }
}
