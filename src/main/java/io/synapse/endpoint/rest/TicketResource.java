package io.synapse.endpoint.rest;

import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Authenticator;
import io.synapse.security.Identity;
import io.synapse.security.login.Tickets;
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
import java.util.Map;
import java.util.Optional;

/**
 * {@code POST /api/tickets}: a ticket for one handshake, in exchange for any good credential. A browser cannot set a header in a
 * handshake; a ticket in the URL does no harm in a log.
 */
@Path("/tickets")
@RequestScoped
public class TicketResource {

    @Inject
    private Authenticator authenticator;

    @Inject
    private Tickets tickets;

    @Inject
    private Audit audit;

    @Context
    private HttpHeaders headers;

    @Context
    private HttpServletRequest request;

    /**
     * Makes a ticket.
     *
     * @return 201 with {@code {ticket, expires_at}}, {@code expires_at} in epoch milliseconds; 401 without a good credential;
     *     503 if there are too many
     */
    @POST
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    public Response create() {
        Optional<Identity> identity = BearerKey.identify(headers, authenticator);
        if (identity.isEmpty()) {
            return Problem.unauthorized();
        }
        Optional<Tickets.Issued> issued = tickets.issue(identity.get());
        if (issued.isEmpty()) {
            return Problem.of(Response.Status.SERVICE_UNAVAILABLE, "too many tickets; try again in some seconds");
        }
        audit.record(
                AuditEvent.accepted(AuditEvent.Name.TICKET_CREATE).by(identity).from(request.getRemoteAddr()));
        return Answers.of(
                Response.Status.CREATED,
                Map.of(
                        "ticket",
                        issued.get().ticket(),
                        "expires_at",
                        issued.get().expiresAt().toEpochMilli()));
    }
}
