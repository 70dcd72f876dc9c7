package io.synapse.endpoint;

import io.synapse.security.Handshake;
import io.synapse.security.HandshakePolicy;
import io.synapse.security.Verdict;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebFilter;

/** Stands in front of the cortex socket. */
@WebFilter(urlPatterns = CortexEndpoint.PATH, asyncSupported = true)
public class CortexFilter extends HandshakeFilter {

    @Inject
    private HandshakePolicy policy;

    @Override
    Verdict decide(Handshake handshake) {
        return policy.decide(handshake);
    }
}
