package io.synapse.endpoint;

import io.synapse.security.Verdict.Refused;
import io.synapse.security.limit.ClientAddress;
import io.synapse.security.limit.ClientAddresses;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What several filters read from a request. */
final class Requests {

    private Requests() {}

    /** Where the client is, behind trusted proxies too. */
    static ClientAddress client(HttpServletRequest request, ClientAddresses addresses) {
        return addresses.readsHeaders()
                ? addresses.of(request.getRemoteAddr(), lines(request, "Forwarded"), lines(request, "X-Forwarded-For"))
                : addresses.of(request.getRemoteAddr(), List.of(), List.of());
    }

    /** Answers with a status and one line of text. */
    static void refuse(HttpServletResponse response, Refused refused) throws IOException {
        response.setStatus(refused.status());
        if (refused.retryAfterSeconds().isPresent()) {
            response.setHeader(
                    "Retry-After", Integer.toString(refused.retryAfterSeconds().getAsInt()));
        }
        if (refused.status() == HttpServletResponse.SC_BAD_REQUEST) {
            response.setHeader("Connection", "close");
        }
        response.setContentType("text/plain");
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.getWriter().println(refused.reason());
    }

    private static List<String> lines(HttpServletRequest request, String header) {
        return Collections.list(request.getHeaders(header));
    }

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
