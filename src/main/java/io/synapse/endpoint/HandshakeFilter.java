package io.synapse.endpoint;

import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Handshake;
import io.synapse.security.Verdict;
import io.synapse.security.Verdict.Admitted;
import io.synapse.security.Verdict.Refused;
import jakarta.inject.Inject;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Stands in front of the upgrade. Whoever is refused is refused here, with an HTTP status: a WebSocket that is opened and
 * then closed makes the Phoenix client dial again after 10 ms, for ever.
 */
abstract class HandshakeFilter implements Filter {

    private static final String PROTOCOLS = "Sec-WebSocket-Protocol";

    @Inject
    private Counters counters;

    @Inject
    private Ticker ticker;

    @Inject
    private Audit audit;

    @Inject
    private ShownCredential credentials;

    /** Lets in, or not. */
    abstract Verdict decide(Handshake handshake);

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        long dialledAt = ticker.read();
        Verdict verdict;
        try (ShownCredential.Authorization authorization = credentials.of(http)) {
            verdict = sentTooEarly(http)
                    ? Refused.of(HttpServletResponse.SC_BAD_REQUEST, "a client waits for the answer to its handshake")
                    : decide(handshake(http, authorization.header()));
        }
        if (verdict instanceof Refused refused) {
            counters.increment(Counter.HANDSHAKES_REFUSED);
            audit.record(AuditEvent.refused(AuditEvent.Name.HANDSHAKE, refused.reason())
                    .from(http.getRemoteAddr())
                    .with("path", http.getRequestURI())
                    .with("status", Integer.toString(refused.status())));
            SecurityHeaders.set(http, (HttpServletResponse) response);
            refuse((HttpServletResponse) response, refused);
        } else {
            Principal principal = new AdmittedPrincipal((Admitted) verdict, http.getRemoteAddr(), dialledAt);
            chain.doFilter(new AdmittedRequest(http, principal), response);
        }
    }

    // A frame in the same segment as the handshake hangs a thread of Payara's for ever; RFC 6455 4.1 forbids it anyway.
    private static boolean sentTooEarly(HttpServletRequest request) throws IOException {
        return request.getHeader("Sec-WebSocket-Key") != null
                && request.getInputStream().available() > 0;
    }

    private static Handshake handshake(HttpServletRequest request, Optional<String> authorization) {
        boolean get = request.getMethod().equals("GET");
        return new Handshake(
                request.getMethod(),
                "websocket".equalsIgnoreCase(request.getHeader("Upgrade")),
                request.getRemoteAddr(),
                Optional.ofNullable(request.getHeader("Host")),
                Optional.ofNullable(request.getHeader("Origin")),
                Requests.isForwarded(request),
                authorization,
                LoginCookie.of(request),
                protocols(request),
                // Of anything but a GET the parameters could be a body, which nobody has bounded yet.
                get ? parameters(request) : Map.of());
    }

    private static List<String> protocols(HttpServletRequest request) {
        List<String> offered = new ArrayList<>();
        for (String line : Collections.list(request.getHeaders(PROTOCOLS))) {
            for (String entry : line.split(",", -1)) {
                if (!entry.isBlank()) {
                    offered.add(entry.strip());
                }
            }
        }
        return offered;
    }

    private static Map<String, String> parameters(HttpServletRequest request) {
        Map<String, String> first = new HashMap<>();
        request.getParameterMap().forEach((name, values) -> {
            if (values.length > 0) {
                first.put(name, values[0]);
            }
        });
        return first;
    }

    private static void refuse(HttpServletResponse response, Refused refused) throws IOException {
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

    /** The request, as the one whom the policy has admitted. */
    private static final class AdmittedRequest extends HttpServletRequestWrapper {

        private final Principal principal;

        AdmittedRequest(HttpServletRequest request, Principal principal) {
            super(request);
            this.principal = principal;
        }

        @Override
        public Principal getUserPrincipal() {
            return principal;
        }

        // Open Liberty asks for a session in every handshake, which would give every client a cookie.
        @Override
        public HttpSession getSession() {
            return super.getSession(false);
        }

        @Override
        public HttpSession getSession(boolean create) {
            return super.getSession(false);
        }

        // WildFly looks at the first line only.
        @Override
        public String getHeader(String name) {
            return PROTOCOLS.equalsIgnoreCase(name) ? merged() : super.getHeader(name);
        }

        @Override
        public Enumeration<String> getHeaders(String name) {
            String merged = PROTOCOLS.equalsIgnoreCase(name) ? merged() : null;
            return merged == null ? super.getHeaders(name) : Collections.enumeration(List.of(merged));
        }

        private String merged() {
            List<String> lines = Collections.list(super.getHeaders(PROTOCOLS));
            return lines.isEmpty() ? null : String.join(", ", lines);
        }
    }
}
