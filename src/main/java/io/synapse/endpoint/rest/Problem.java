package io.synapse.endpoint.rest;

import jakarta.ws.rs.core.Response;
import java.util.Map;

/** Errors of the REST side, as RFC 9457 problem details. */
final class Problem {

    /** The media type of a problem. */
    static final String MEDIA_TYPE = "application/problem+json";

    private Problem() {}

    static Response of(Response.Status status, String title) {
        return Response.status(status)
                .type(MEDIA_TYPE)
                .entity(Map.of("status", status.getStatusCode(), "title", title))
                .build();
    }

    /** To somebody of one tenant who asks for what is of all. */
    static Response ofTenant() {
        return of(Response.Status.FORBIDDEN, "this tells of all tenants; a credential of none is needed");
    }
}
