package io.synapse.endpoint.rest;

import io.synapse.endpoint.LoginCookie;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.login.Login;
import io.synapse.security.login.LoginSessions;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code /api/sessions/mine}: the login session of whoever asks, by its token in {@code Authorization: Bearer} or by the cookie.
 */
@Path("/sessions/mine")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class OwnLoginResource {

    @Inject
    private LoginSessions logins;

    @Inject
    private Audit audit;

    @Inject
    private Clock clock;

    @Context
    private HttpHeaders headers;

    @Context
    private HttpServletRequest request;

    @Context
    private HttpServletResponse response;

    /**
     * Who it is for, and how long.
     *
     * @return 200 with the session; 401 without a good token
     */
    @GET
    public Response get() {
        return mine().map(login -> Answers.of(Response.Status.OK, LoginView.of(login)))
                .orElseGet(OwnLoginResource::none);
    }

    /**
     * Puts the token into the cookie, where scripts cannot read it.
     *
     * @return 200 with the session and the cookie; 401 without a good token
     */
    @POST
    @Path("/cookie")
    public Response cookie() {
        Optional<Login> mine = mine();
        mine.ifPresent(login -> LoginCookie.set(
                request,
                response,
                BearerKey.offered(headers).orElseThrow(),
                Duration.between(clock.instant(), login.expiresAt())));
        return mine.map(login -> Answers.of(Response.Status.OK, LoginView.of(login)))
                .orElseGet(OwnLoginResource::none);
    }

    /**
     * Ends it, with its connections, and takes the cookie away.
     *
     * @return 200 with what it was; 401 without a good token
     */
    @DELETE
    public Response logout() {
        LoginCookie.clear(request, response);
        Optional<Login> ended = mine().flatMap(login -> logins.revoke(login.id()));
        ended.ifPresent(login -> audit.record(AuditEvent.accepted(AuditEvent.Name.SESSION_REVOKE)
                .by(Optional.of(login.identity()))
                .from(request.getRemoteAddr())
                .with("target", login.id())));
        return ended.map(login -> Answers.of(Response.Status.OK, LoginView.of(login)))
                .orElseGet(OwnLoginResource::none);
    }

    private Optional<Login> mine() {
        return BearerKey.offered(headers).flatMap(logins::validate);
    }

    private static Response none() {
        return Problem.of(Response.Status.UNAUTHORIZED, "Authorization: Bearer with a session token is needed");
    }
}
