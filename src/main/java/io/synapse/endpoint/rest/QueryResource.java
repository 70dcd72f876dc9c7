package io.synapse.endpoint.rest;

import io.synapse.control.QueryControl;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** {@code /api/queries}: how a query is, and stopping it. */
@Path("/queries")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class QueryResource {

    private static final String REASON = "interrupted through the control API";

    @Inject
    private QueryControl control;

    @Inject
    private ControlEdge edge;

    @Context
    private HttpHeaders headers;

    @Context
    private HttpServletRequest request;

    /**
     * How a query is.
     *
     * @param agent that was asked
     * @param ref of the query
     * @param realm whose
     * @return 200 with {@code {agent, ref, status, last_seq, accepted_at}}; 400, 401, 403, 404
     */
    @GET
    public CompletionStage<Response> status(
            @QueryParam("agent") @DefaultValue("") String agent,
            @QueryParam("ref") @DefaultValue("") String ref,
            @QueryParam("realm") String realm) {
        return edge.answer(headers, request, caller -> control.status(caller, Optional.ofNullable(realm), agent, ref));
    }

    /**
     * Stops a query.
     *
     * @param in {@code {agent, ref, reason?, realm?}}
     * @return 200 with {@code {ref, stopped, stopped_after_ms, last_seq}}; 400, 401, 403, 404, 409
     */
    @POST
    @Path("/interrupt")
    public CompletionStage<Response> interrupt(InputStream in) {
        RestBody body = RestBody.read(in);
        Optional<String> realm = ControlFields.realm(body);
        String agent = body.required("agent", ControlFields::isText, ControlFields.TEXT);
        String ref = body.required("ref", ControlFields::isText, ControlFields.TEXT);
        String reason =
                body.text("reason", ControlFields::isText, ControlFields.TEXT).orElse(REASON);
        return body.errors().isEmpty()
                ? edge.answer(headers, request, caller -> control.interrupt(caller, realm, agent, ref, reason))
                : edge.invalid(headers, request, body.errors());
    }
}
