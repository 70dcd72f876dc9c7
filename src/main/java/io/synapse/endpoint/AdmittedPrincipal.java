package io.synapse.endpoint;

import io.synapse.security.Verdict.Admitted;
import io.synapse.security.limit.Place;
import java.security.Principal;

/**
 * Carries what the handshake filter found out to the endpoint: the one thing of a request that every container hands on
 * to the session, untouched and per connection.
 *
 * @param admitted the verdict
 * @param remoteAddress where the client is; the WebSocket API does not tell
 * @param dialledAt when the handshake came, by the node's ticker
 * @param place what the connection takes of the limits
 */
record AdmittedPrincipal(Admitted admitted, String remoteAddress, long dialledAt, Place place) implements Principal {

    @Override
    public String getName() {
        return admitted.identity().map(identity -> identity.subject()).orElse("anonymous");
    }
}
