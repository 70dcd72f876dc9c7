package io.synapse.endpoint;

import io.synapse.connection.Connection;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.MessageCodec;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.routing.CortexSession;
import io.synapse.security.Verdict.Admitted;
import jakarta.inject.Inject;

/** The cortex socket: Phoenix Channels. One instance for each connection. */
public class CortexEndpoint extends SocketEndpoint {

    /** Where the Phoenix client dials when it is given {@code /cortex}. */
    public static final String PATH = "/cortex/websocket";

    private final CortexDependencies with;
    private CortexSession session;

    /** For Open Liberty, which wants to see it and never calls it. */
    public CortexEndpoint() {
        super(null);
        with = null;
    }

    /**
     * Made for one connection.
     *
     * @param with what all endpoints share
     */
    @Inject
    public CortexEndpoint(CortexDependencies with) {
        super(with.sockets());
        this.with = with;
    }

    @Override
    MessageCodec codec(Admitted admitted) {
        return with.codecs().open(admitted.protocolVersion() == 1 ? PhoenixCodec.Version.V1 : PhoenixCodec.Version.V2);
    }

    @Override
    void opened(Connection opened, Admitted admitted) {
        session = with.router().open(opened, admitted.identity());
    }

    @Override
    void received(Inbound message) {
        with.router().route(session, message);
    }
}
