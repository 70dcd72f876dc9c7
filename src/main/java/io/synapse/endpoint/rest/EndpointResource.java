package io.synapse.endpoint.rest;

import io.synapse.control.EndpointControl;
import io.synapse.endpoint.CalledUrl;
import io.synapse.security.Authenticator;
import io.synapse.security.Identity;
import io.synapse.security.login.Login;
import io.synapse.security.login.LoginSessions;
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
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** {@code POST /api/websocket-endpoint}: where a client connects, and what it can say there. */
@Path("/websocket-endpoint")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class EndpointResource {

    @Inject
    private EndpointControl control;

    @Inject
    private LoginSessions logins;

    @Inject
    private Authenticator authenticator;

    @Inject
    private ControlEdge edge;

    @Context
    private HttpHeaders headers;

    @Context
    private HttpServletRequest request;

    /**
     * Where the caller connects, or whoever has a login session.
     *
     * @param in {@code {session_token?, realm?}}
     * @return 200 with {@code {success, websocket_url, channels, message_format}}; 400, 401, 403
     */
    @POST
    public CompletionStage<Response> find(InputStream in) {
        RestBody body = RestBody.read(in);
        Optional<String> realm = ControlFields.realm(body);
        Optional<String> session = body.text("session_token", ControlFields::isSecret, ControlFields.SECRET);
        if (!body.errors().isEmpty()) {
            return edge.invalid(headers, request, body.errors());
        }
        Optional<Identity> identity = session.isPresent()
                ? logins.validate(session.get()).map(Login::identity)
                : BearerKey.identify(headers, authenticator);
        String called = CalledUrl.of(request);
        return edge.answer(identity, request, caller -> control.find(caller, realm, called));
    }
}
