package io.synapse.endpoint;

import io.synapse.connection.Connection;
import io.synapse.connection.HeartbeatRule;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.MessageCodec;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.routing.CortexSession;
import io.synapse.routing.Guard;
import io.synapse.security.Verdict.Admitted;
import jakarta.inject.Inject;
import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import java.lang.System.Logger.Level;
import java.util.function.Consumer;

/** The cortex socket: Phoenix Channels. One instance for each connection. */
public class CortexEndpoint extends Endpoint implements Socket.Speech {

    private static final System.Logger LOGGER = System.getLogger(CortexEndpoint.class.getName());

    /** Where the Phoenix client dials when it is given {@code /cortex}. */
    public static final String PATH = "/cortex/websocket";

    private final CortexDependencies with;
    private Socket socket;

    /** For Open Liberty, which wants to see it and never calls it. */
    public CortexEndpoint() {
        this(null);
    }

    /**
     * Made for one connection.
     *
     * @param with what all endpoints share
     */
    @Inject
    public CortexEndpoint(CortexDependencies with) {
        this.with = with;
    }

    @Override
    public void onOpen(Session opened, EndpointConfig config) {
        socket = new Socket(with.sockets(), opened, this);
    }

    @Override
    public MessageCodec codec(Admitted admitted) {
        return with.codecs().open(admitted.protocolVersion() == 1 ? PhoenixCodec.Version.V1 : PhoenixCodec.Version.V2);
    }

    @Override
    public HeartbeatRule heartbeat() {
        return with.heartbeat();
    }

    @Override
    public Consumer<Inbound> open(Connection connection, Admitted admitted, Guard guard) {
        CortexSession session = with.router().open(connection, admitted.identity(), guard);
        return message -> with.router().route(session, message);
    }

    @Override
    public void onClose(Session closed, CloseReason reason) {
        if (socket != null) {
            socket.closed(closed, reason);
        }
    }

    @Override
    public void onError(Session failed, Throwable failure) {
        LOGGER.log(Level.DEBUG, "a connection failed", failure);
    }
}
