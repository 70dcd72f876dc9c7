package io.synapse.endpoint.rest;

import io.synapse.config.SynapseConfig;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Authenticator;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import io.synapse.security.key.ManagedKeys;
import io.synapse.security.login.Login;
import io.synapse.security.login.LoginGrant;
import io.synapse.security.login.LoginSessions;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * {@code /api/sessions}: a service with an API key of the role {@code synapse-publisher} or {@code synapse-admin} makes login
 * sessions for its users, and looks after them. A publisher has to do with its own only, an admin with all of its tenant; an
 * admin without a tenant with all there are.
 */
@Path("/sessions")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class LoginResource {

    private static final Set<Role> MAKERS = EnumSet.of(Role.ADMIN, Role.PUBLISHER);
    private static final Set<Credential.Kind> KEYS = EnumSet.of(Credential.Kind.API_KEY, Credential.Kind.DEVELOPMENT);
    private static final int MAX_USER = 128;
    private static final int MAX_TOKEN = 256;

    @Inject
    private Authenticator authenticator;

    @Inject
    private LoginSessions logins;

    @Inject
    private ManagedKeys keys;

    @Inject
    private SynapseConfig config;

    @Inject
    private Audit audit;

    @Inject
    private Clock clock;

    @Context
    private HttpHeaders headers;

    @Context
    private HttpServletRequest request;

    /**
     * Makes one.
     *
     * @param in {@code {user, agents?, topics?, roles?, lifetime_ms?}}
     * @return 201 with the token, once, as {@code session_token}; 400, 401, 403, 503
     */
    @POST
    public Response create(InputStream in) {
        return asMaker(AuditEvent.Name.SESSION_CREATE, maker -> {
            RestBody body = RestBody.read(in);
            String user = body.required(
                    "user",
                    text -> text.length() <= MAX_USER && text.matches("[^\\s\\p{Cntrl}|]+"),
                    "must be 1 to " + MAX_USER + " characters without blanks and |");
            Scope scope = Scope.read(body);
            Duration longest = config.login().lifetime();
            Duration lifetime = body.duration("lifetime_ms", longest).orElse(longest);
            if (!body.errors().isEmpty()) {
                return Problem.invalid(body.errors());
            }
            LoginGrant.Result grant = new LoginGrant(user, scope.agents(), scope.topics(), scope.roles()).by(maker);
            if (grant.identity().isEmpty()) {
                audit.record(event(AuditEvent.refused(AuditEvent.Name.SESSION_CREATE, "more than its own"), maker)
                        .with("user", user));
                return Problem.invalid(grant.errors());
            }
            return made(maker, logins.create(grant.identity().get(), lifetime));
        });
    }

    private Response made(Identity maker, Optional<LoginSessions.Created> created) {
        if (created.isEmpty()) {
            return Problem.of(Response.Status.SERVICE_UNAVAILABLE, "too many sessions; try again later");
        }
        Login login = created.get().login();
        // The key may have been revoked after it was shown, and before there was a login to end with it.
        if (!login.madeFrom().isEmpty() && !keys.isGood(login.madeFrom())) {
            logins.revoke(login.id());
            return Problem.unauthorized();
        }
        audit.record(event(AuditEvent.accepted(AuditEvent.Name.SESSION_CREATE), maker)
                .with("target", login.id())
                .with("user", login.identity().subject()));
        var view = LoginView.of(login);
        view.put("session_token", created.get().token());
        return Answers.of(Response.Status.CREATED, view);
    }

    /**
     * Whether a token is good, which counts as a use of it.
     *
     * @param in {@code {session_token}}
     * @return 200 with the session; 400, 401, 403; 404 if it is not good, or another's
     */
    @POST
    @Path("/validate")
    public Response validate(InputStream in) {
        return asMaker(AuditEvent.Name.REQUEST, maker -> {
            RestBody body = RestBody.read(in);
            String token =
                    body.required("session_token", text -> text.length() <= MAX_TOKEN, "must be a session token");
            if (!body.errors().isEmpty()) {
                return Problem.invalid(body.errors());
            }
            return view(logins.validate(token).filter(login -> isHis(maker, login)));
        });
    }

    /**
     * One session, which is no use of it.
     *
     * @param id of the session
     * @return 200; 401, 403, 404
     */
    @GET
    @Path("/{id}")
    public Response get(@PathParam("id") String id) {
        return asMaker(AuditEvent.Name.REQUEST, maker -> view(his(maker, id)));
    }

    /**
     * Lets one end earlier than it would.
     *
     * @param id of the session
     * @param in {@code {expires_at}}, in epoch milliseconds
     * @return 200 with the session; 400, 401, 403, 404
     */
    @POST
    @Path("/{id}/expire")
    public Response expire(@PathParam("id") String id, InputStream in) {
        return asMaker(AuditEvent.Name.SESSION_EXPIRE, maker -> {
            RestBody body = RestBody.read(in);
            Optional<Instant> end = body.time("expires_at", clock.instant());
            if (end.isEmpty()) {
                body.error("expires_at", "must be a time to come, in epoch milliseconds");
            }
            if (!body.errors().isEmpty()) {
                return Problem.invalid(body.errors());
            }
            Optional<Login> shortened = his(maker, id).flatMap(login -> logins.expire(login.id(), end.get()));
            shortened.ifPresent(login -> record(AuditEvent.Name.SESSION_EXPIRE, maker, login));
            return view(shortened);
        });
    }

    /**
     * Ends one, and its connections.
     *
     * @param id of the session
     * @return 200 with what it was; 401, 403, 404
     */
    @DELETE
    @Path("/{id}")
    public Response revoke(@PathParam("id") String id) {
        return asMaker(AuditEvent.Name.SESSION_REVOKE, maker -> {
            Optional<Login> revoked = his(maker, id).flatMap(login -> logins.revoke(login.id()));
            revoked.ifPresent(login -> record(AuditEvent.Name.SESSION_REVOKE, maker, login));
            return view(revoked);
        });
    }

    private Response asMaker(AuditEvent.Name what, Function<Identity, Response> act) {
        Optional<Identity> identity = BearerKey.identify(headers, authenticator);
        if (identity.isEmpty()) {
            audit.record(
                    AuditEvent.refused(AuditEvent.Name.REQUEST, "unauthorized").from(request.getRemoteAddr()));
            return Problem.unauthorized();
        }
        Identity maker = identity.get();
        if (!KEYS.contains(maker.credential().kind()) || maker.roles().stream().noneMatch(MAKERS::contains)) {
            audit.record(event(AuditEvent.refused(AuditEvent.Name.REQUEST, "forbidden"), maker)
                    .with("wanted", what.name().toLowerCase(Locale.ROOT)));
            return Problem.of(
                    Response.Status.FORBIDDEN,
                    "an API key with the role " + Role.ADMIN.group() + " or " + Role.PUBLISHER.group() + " is needed");
        }
        return act.apply(maker);
    }

    private Optional<Login> his(Identity maker, String id) {
        return logins.find(id).filter(login -> isHis(maker, login));
    }

    private static boolean isHis(Identity maker, Login login) {
        return maker.roles().contains(Role.ADMIN)
                ? maker.tenant().isEmpty()
                        || maker.tenant().equals(login.identity().tenant())
                : LoginGrant.isOf(maker, login);
    }

    // Another's is not there: that it is must not be told.
    private static Response view(Optional<Login> login) {
        return login.map(found -> Answers.of(Response.Status.OK, LoginView.of(found)))
                .orElseGet(() -> Problem.of(Response.Status.NOT_FOUND, "there is no such session"));
    }

    private void record(AuditEvent.Name name, Identity maker, Login login) {
        audit.record(event(AuditEvent.accepted(name), maker)
                .with("target", login.id())
                .with("user", login.identity().subject()));
    }

    private AuditEvent event(AuditEvent event, Identity who) {
        return event.by(Optional.of(who)).from(request.getRemoteAddr());
    }
}
