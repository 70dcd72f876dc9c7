package io.synapse.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** What several filters read from a request. */
final class Requests {

    private Requests() {}

    /** The host that was called; of HTTP/2, which has no such header, some servers tell it in another way only. */
    static Optional<String> host(HttpServletRequest request) {
        Optional<String> header = Optional.ofNullable(request.getHeader("Host"));
        return header.isEmpty() && request.getProtocol().startsWith("HTTP/2")
                ? Optional.of(request.getServerName() + ":" + request.getServerPort())
                : header;
    }

    /** Whether a proxy says that it passed the request on. */
    static boolean isForwarded(HttpServletRequest request) {
        return request.getHeader("Forwarded") != null
                || request.getHeader("X-Forwarded-For") != null
                || request.getHeader("X-Forwarded-Host") != null
                || request.getHeader("Via") != null;
    }
}
