package io.synapse.endpoint;

import io.synapse.connection.Connection;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.MessageCodec;
import io.synapse.protocol.ObjectCodecs.Format;
import io.synapse.routing.CortexSession;
import io.synapse.security.GatewayPolicy;
import io.synapse.security.Verdict.Admitted;
import jakarta.inject.Inject;
import java.util.Optional;

/** The {@code /ws} socket: one object a message. One instance for each connection. */
public class GatewayEndpoint extends SocketEndpoint {

    /** Where clients dial. */
    public static final String PATH = "/ws";

    private final GatewayDependencies with;
    private CortexSession session;

    /** For Open Liberty, which wants to see it and never calls it. */
    public GatewayEndpoint() {
        super(null);
        with = null;
    }

    /**
     * Made for one connection.
     *
     * @param with what all endpoints share
     */
    @Inject
    public GatewayEndpoint(GatewayDependencies with) {
        super(with.sockets());
        this.with = with;
    }

    @Override
    MessageCodec codec(Admitted admitted) {
        boolean cbor = admitted.subprotocol().equals(Optional.of(GatewayPolicy.CBOR));
        return with.codecs().open(cbor ? Format.CBOR : Format.JSON);
    }

    @Override
    void opened(Connection opened, Admitted admitted) {
        session = with.router().open(opened, admitted.identity().orElseThrow());
    }

    @Override
    void received(Inbound message) {
        with.router().route(session, message);
    }
}
