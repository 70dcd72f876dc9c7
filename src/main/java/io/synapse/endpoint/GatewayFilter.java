package io.synapse.endpoint;

import io.synapse.security.GatewayPolicy;
import io.synapse.security.Handshake;
import io.synapse.security.Verdict;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebFilter;

/** Stands in front of {@code /ws}. */
@WebFilter(urlPatterns = GatewayEndpoint.PATH, asyncSupported = true)
public class GatewayFilter extends HandshakeFilter {

    @Inject
    private GatewayPolicy policy;

    @Override
    Verdict decide(Handshake handshake) {
        return policy.decide(handshake);
    }
}
