package io.synapse.endpoint;

import io.synapse.protocol.CloseReason;
import io.synapse.security.GatewayPolicy;
import io.synapse.security.Handshake;
import io.synapse.security.Verdict;
import io.synapse.security.Verdict.Refused;
import io.synapse.security.limit.Limit;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** Stands in front of {@code /ws}. */
@WebFilter(urlPatterns = GatewayEndpoint.PATH, asyncSupported = true)
public class GatewayFilter extends HandshakeFilter {

    @Inject
    private GatewayPolicy policy;

    @Override
    Verdict decide(Handshake handshake) {
        return policy.decide(handshake);
    }

    // Browsers are on this socket, and they redial as they are told; the codes are the ledger's (G12).
    @Override
    Optional<CloseReason> closeCode(HttpServletRequest request, Refused refused, Optional<Limit> limit) {
        if (refused.equals(Refused.INVALID_TOKEN) && request.getParameter(GatewayPolicy.SESSION_TOKEN) != null) {
            return Optional.of(CloseReason.BAD_SESSION);
        }
        return limit.flatMap(reached -> switch (reached) {
            case ADDRESS, KEY, USER -> Optional.of(CloseReason.CONNECTION_LIMIT);
            case NODE -> Optional.of(CloseReason.CAPACITY);
            case NEW_CONNECTIONS, FAILED_LOGINS -> Optional.empty();
        });
    }
}
