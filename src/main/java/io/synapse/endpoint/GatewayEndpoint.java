package io.synapse.endpoint;

import io.synapse.connection.Connection;
import io.synapse.connection.HeartbeatRule;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.MessageCodec;
import io.synapse.protocol.Subprotocol;
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

/** The {@code /ws} socket: one object a message, one or more of them a frame. One instance for each connection. */
public class GatewayEndpoint extends Endpoint implements Socket.Speech {

    private static final System.Logger LOGGER = System.getLogger(GatewayEndpoint.class.getName());

    /** Where clients dial. */
    public static final String PATH = "/ws";

    private final GatewayDependencies with;
    private Socket socket;
    private RefusedSocket refusal;

    /** For Open Liberty, which wants to see it and never calls it. */
    public GatewayEndpoint() {
        this(null);
    }

    /**
     * Made for one connection.
     *
     * @param with what all endpoints share
     */
    @Inject
    public GatewayEndpoint(GatewayDependencies with) {
        this.with = with;
    }

    @Override
    public void onOpen(Session opened, EndpointConfig config) {
        if (opened.getUserPrincipal() instanceof RefusedPrincipal refused) {
            refusal = new RefusedSocket(with.sockets(), opened, refused);
        } else {
            socket = new Socket(with.sockets(), opened, this);
        }
    }

    @Override
    public MessageCodec codec(Admitted admitted) {
        return with.codecs()
                .open(admitted.subprotocol().flatMap(Subprotocol::of).orElse(Subprotocol.JSON));
    }

    @Override
    public HeartbeatRule heartbeat() {
        return with.heartbeat();
    }

    @Override
    public Consumer<Inbound> open(Connection connection, Admitted admitted, Guard guard) {
        CortexSession session =
                with.router().open(connection, admitted.identity().orElseThrow(), guard);
        return message -> with.router().route(session, message);
    }

    @Override
    public void onClose(Session closed, CloseReason reason) {
        if (socket != null) {
            socket.closed(closed, reason);
        }
        if (refusal != null) {
            refusal.closed();
        }
    }

    @Override
    public void onError(Session failed, Throwable failure) {
        LOGGER.log(Level.DEBUG, "a connection failed", failure);
    }
}
