package io.synapse.endpoint.rest;

import io.synapse.operations.Drain;
import io.synapse.operations.Drain.Progress;
import io.synapse.operations.Drain.State;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Authenticator;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** {@code /api/drain}: the node lets its clients go, for whoever has the role {@code synapse-admin} and no tenant. */
@Path("/drain")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class DrainResource {

    @Inject
    private Authenticator authenticator;

    @Inject
    private Drain drain;

    @Inject
    private Audit audit;

    @Context
    private HttpHeaders headers;

    @Context
    private HttpServletRequest request;

    /**
     * How far it is.
     *
     * @return 200 with {@code {state, since_ms, grace_left_ms, connections, waiting, told, closed, queries}}; 401, 403
     */
    @GET
    public Response get() {
        return asAdmin("drain_read", admin -> Answers.of(Response.Status.OK, view(drain.progress())));
    }

    /**
     * Begins. What was begun before goes on.
     *
     * @return 202 as above; 401, 403
     */
    @POST
    public Response begin() {
        return asAdmin("drain", admin -> {
            if (drain.begin()) {
                record(AuditEvent.accepted(AuditEvent.Name.DRAIN), admin);
            }
            return Answers.of(Response.Status.ACCEPTED, view(drain.progress()));
        });
    }

    /**
     * Takes it back.
     *
     * @return 200 as above; 401, 403, 409 if there is none on its way
     */
    @DELETE
    public Response takeBack() {
        return asAdmin("drain_cancel", admin -> {
            if (!drain.takeBack()) {
                String why = drain.progress().state() == State.DRAINED
                        ? "the node is drained; start it anew"
                        : "the node is not being drained";
                record(AuditEvent.refused(AuditEvent.Name.DRAIN_CANCEL, why), admin);
                return Problem.of(Response.Status.CONFLICT, why);
            }
            record(AuditEvent.accepted(AuditEvent.Name.DRAIN_CANCEL), admin);
            return Answers.of(Response.Status.OK, view(drain.progress()));
        });
    }

    private static Map<String, Object> view(Progress progress) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("state", progress.state().name().toLowerCase(Locale.ROOT));
        view.put("since_ms", progress.since().toMillis());
        view.put("grace_left_ms", progress.graceLeft().toMillis());
        view.put("connections", progress.connections());
        view.put("waiting", progress.waiting());
        view.put("told", progress.told());
        view.put("closed", progress.closed());
        view.put("queries", progress.queries());
        return view;
    }

    private Response asAdmin(String wanted, Function<Identity, Response> act) {
        Optional<Identity> identity = BearerKey.identify(headers, authenticator);
        boolean admin = identity.map(
                        who -> who.roles().contains(Role.ADMIN) && who.tenant().isEmpty())
                .orElse(false);
        if (admin) {
            return act.apply(identity.get());
        }
        audit.record(AuditEvent.refused(AuditEvent.Name.REQUEST, identity.isEmpty() ? "unauthorized" : "forbidden")
                .by(identity)
                .from(request.getRemoteAddr())
                .with("wanted", wanted));
        return identity.isEmpty()
                ? Problem.unauthorized()
                : Problem.of(
                        Response.Status.FORBIDDEN, "the role " + Role.ADMIN.group() + " without a tenant is needed");
    }

    private void record(AuditEvent event, Identity admin) {
        audit.record(event.by(Optional.of(admin)).from(request.getRemoteAddr()));
    }
}
