package io.synapse.endpoint.rest;

import io.synapse.security.Authenticator;
import io.synapse.security.Credential;
import io.synapse.security.HandshakeTokens;
import io.synapse.security.Identity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
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
    private static final Duration LIFETIME = Duration.ofHours(1);

    @Inject
    private Authenticator authenticator;

    @Inject
    private HandshakeTokens tokens;

    @Context
    private HttpHeaders headers;

    /**
     * Makes a token.
     *
     * @return 201 with {@code {token, expires_at}}, {@code expires_at} in epoch milliseconds; 401 without a good
     *     credential; 403 with a token, for its holder could prolong it for ever
     */
    @POST
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    public Response create() {
        Optional<Identity> identity = BearerKey.identify(headers, authenticator);
        if (identity.isEmpty()) {
            return Problem.of(Response.Status.UNAUTHORIZED, "Authorization: Bearer with an API key is needed");
        }
        if (!MAKERS.contains(identity.get().credential().kind())) {
            return Problem.of(Response.Status.FORBIDDEN, "a token makes no other token; an API key is needed");
        }
        HandshakeTokens.Issued issued = tokens.issue(identity.get(), LIFETIME);
        CacheControl never = new CacheControl();
        never.setNoStore(true);
        return Response.status(Response.Status.CREATED)
                .cacheControl(never)
                .entity(Map.of(
                        "token",
                        issued.token(),
                        "expires_at",
                        issued.expiresAt().toEpochMilli()))
                .build();
    }
}
