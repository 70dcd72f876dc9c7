package io.synapse.endpoint;

import jakarta.servlet.http.HttpServletRequest;

/** What several filters read from a request. */
final class Requests {

    private Requests() {}

    /** Whether a proxy says that it passed the request on. */
    static boolean isForwarded(HttpServletRequest request) {
        return request.getHeader("Forwarded") != null
                || request.getHeader("X-Forwarded-For") != null
                || request.getHeader("X-Forwarded-Host") != null
                || request.getHeader("Via") != null;
    }
}
