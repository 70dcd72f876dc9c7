package io.synapse.endpoint.rest;

import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;

/** Errors of the REST side, as RFC 9457 problem details. */
final class Problem {

    /** The media type of a problem. */
    static final String MEDIA_TYPE = "application/problem+json";

    private static final String NEEDED = "Authorization: Bearer with an API key is needed";

    private Problem() {}

    static Response of(Response.Status status, String title) {
        return Response.status(status)
                .type(MEDIA_TYPE)
                .entity(Map.of("status", status.getStatusCode(), "title", title))
                .build();
    }

    /** A request without a good credential. */
    static Response unauthorized() {
        return of(Response.Status.UNAUTHORIZED, NEEDED);
    }

    /** A body whose fields are wrong; says of each what it must be, and nothing of what it was. */
    static Response invalid(Map<String, String> errors) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("status", Response.Status.BAD_REQUEST.getStatusCode());
        problem.put("title", "fields are wrong");
        problem.put("errors", errors);
        return Response.status(Response.Status.BAD_REQUEST)
                .type(MEDIA_TYPE)
                .entity(problem)
                .build();
    }

    /** To somebody of one tenant who asks for what is of all. */
    static Response ofTenant() {
        return of(Response.Status.FORBIDDEN, "this tells of all tenants; a credential of none is needed");
    }
}
