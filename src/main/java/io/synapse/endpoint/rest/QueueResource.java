package io.synapse.endpoint.rest;

import io.synapse.operations.QueueReport;
import io.synapse.protocol.Body;
import io.synapse.protocol.RawJson;
import io.synapse.security.Authenticator;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * {@code GET /api/queues}: what waits where on this node, for those who run it or publish. The ids of connections are
 * secrets of their clients', and the names of topics may be, so a key for users does not do.
 */
@Path("/queues")
@RequestScoped
public class QueueResource {

    private static final Set<Role> READERS = Set.of(Role.ADMIN, Role.PUBLISHER);
    private static final int MAX_NAME = 255;

    @Inject
    private Authenticator authenticator;

    @Inject
    private QueueReport report;

    @Context
    private HttpHeaders headers;

    /**
     * The sums.
     *
     * @return 200 with {@code {timestamp, connections, topics, queries}}; 401 without a good credential; 403 with one that
     *     has another role
     */
    @GET
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    public Response totals() {
        return refusal().orElseGet(() -> ok(report.totals()));
    }

    /**
     * Topics, and patterns that somebody subscribes to, by name.
     *
     * @param after the name that the page comes after
     * @param limit how many, 1 to {@link QueueReport#MAX_PAGE}
     * @return 200 with {@code {topics, next?}}; 400, 401, 403
     */
    @GET
    @Path("/topics")
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    public Response topics(
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("limit") @DefaultValue("100") String limit) {
        return page(after, limit, report::topics);
    }

    /**
     * Connections, by id.
     *
     * @param after the id that the page comes after
     * @param limit how many, 1 to {@link QueueReport#MAX_PAGE}
     * @return 200 with {@code {connections, next?}}; 400, 401, 403
     */
    @GET
    @Path("/connections")
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    public Response connections(
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("limit") @DefaultValue("100") String limit) {
        return page(after, limit, report::connections);
    }

    private Response page(String after, String limit, Function<QueueReport.Page, Body> list) {
        return refusal().orElseGet(() -> {
            int entries = PageLimit.of(limit, QueueReport.MAX_PAGE);
            if (entries == PageLimit.WRONG || after.length() > MAX_NAME) {
                return Problem.of(
                        Response.Status.BAD_REQUEST,
                        "limit must be within 1 and " + QueueReport.MAX_PAGE + ", and after a name");
            }
            return ok(list.apply(new QueueReport.Page(after, entries)));
        });
    }

    private Optional<Response> refusal() {
        Optional<Identity> identity = BearerKey.identify(headers, authenticator);
        if (identity.isEmpty()) {
            return Optional.of(Problem.unauthorized());
        }
        if (!identity.get().tenant().isEmpty()) {
            return Optional.of(Problem.ofTenant());
        }
        if (identity.get().roles().stream().noneMatch(READERS::contains)) {
            return Optional.of(Problem.of(
                    Response.Status.FORBIDDEN,
                    "the role " + Role.ADMIN.group() + " or " + Role.PUBLISHER.group() + " is needed"));
        }
        return Optional.empty();
    }

    private static Response ok(Body body) {
        return Answers.of(Response.Status.OK, RawJson.of(body));
    }
}
