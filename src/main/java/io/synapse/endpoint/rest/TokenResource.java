package io.synapse.endpoint.rest;

import io.synapse.config.SynapseConfig;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Authenticator;
import io.synapse.security.Credential;
import io.synapse.security.HandshakeTokens;
import io.synapse.security.Identity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * {@code POST /api/tokens}: a short-lived token for the handshake, in exchange for an API key. A service that holds the
 * key hands the token to a browser, which never sees the key.
 */
@Path("/tokens")
@RequestScoped
public class TokenResource {

    private static final Set<Credential.Kind> MAKERS = Set.of(Credential.Kind.API_KEY, Credential.Kind.DEVELOPMENT);

    @Inject
    private Authenticator authenticator;

    @Inject
    private HandshakeTokens tokens;

    @Inject
    private SynapseConfig config;

    @Inject
    private Audit audit;

    @Context
    private HttpHeaders headers;

    @Context
    private HttpServletRequest request;

    /**
     * Makes a token.
     *
     * @param in none, or {@code {lifetime_ms?}}, at most {@code synapse.auth.token-max-age}
     * @return 201 with {@code {token, expires_at}}, {@code expires_at} in epoch milliseconds; 401 without a good
     *     credential; 400; 403 with a token, for its holder could prolong it for ever
     */
    @POST
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    public Response create(InputStream in) {
        Optional<Identity> identity = BearerKey.identify(headers, authenticator);
        if (identity.isEmpty()) {
            return Problem.unauthorized();
        }
        if (!MAKERS.contains(identity.get().credential().kind())) {
            return Problem.of(Response.Status.FORBIDDEN, "a token makes no other token; an API key is needed");
        }
        RestBody body = RestBody.read(in);
        Duration lifetime = body.duration("lifetime_ms", config.auth().tokenMaxAge())
                .orElse(config.keys().tokenLifetime());
        if (!body.errors().isEmpty()) {
            return Problem.invalid(body.errors());
        }
        HandshakeTokens.Issued issued = tokens.issue(identity.get(), lifetime);
        audit.record(AuditEvent.accepted(AuditEvent.Name.TOKEN_CREATE)
                .by(identity)
                .from(request.getRemoteAddr())
                .with("expires_at", issued.expiresAt().toString()));
        return Answers.of(
                Response.Status.CREATED,
                Map.of("token", issued.token(), "expires_at", issued.expiresAt().toEpochMilli()));
    }
}
