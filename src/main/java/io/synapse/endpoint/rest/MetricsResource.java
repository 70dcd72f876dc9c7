package io.synapse.endpoint.rest;

import io.synapse.operations.PrometheusText;
import io.synapse.security.Authenticator;
import io.synapse.security.Identity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;

/** {@code GET /api/metrics}: the node's figures in the Prometheus text format, for holders of a key. */
@Path("/metrics")
@RequestScoped
public class MetricsResource {

    @Inject
    private Authenticator authenticator;

    @Inject
    private PrometheusText metrics;

    @Context
    private HttpHeaders headers;

    /**
     * The figures.
     *
     * @return 200 with Prometheus text; 401 without a good key; 403 with one of a tenant
     */
    @GET
    @Produces({MediaType.TEXT_PLAIN, Problem.MEDIA_TYPE})
    public Response metrics() {
        Optional<Identity> identity = BearerKey.identify(headers, authenticator);
        if (identity.isEmpty()) {
            return Problem.unauthorized();
        }
        if (!identity.get().tenant().isEmpty()) {
            return Problem.ofTenant();
        }
        return Response.ok(metrics.write(), MediaType.TEXT_PLAIN_TYPE).build();
    }
}
