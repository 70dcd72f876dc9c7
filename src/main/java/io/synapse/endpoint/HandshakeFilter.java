package io.synapse.endpoint;

import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.protocol.CloseReason;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Handshake;
import io.synapse.security.Verdict;
import io.synapse.security.Verdict.Admitted;
import io.synapse.security.Verdict.Refused;
import io.synapse.security.limit.ClientAddress;
import io.synapse.security.limit.ClientAddresses;
import io.synapse.security.limit.ConnectionLimits;
import io.synapse.security.limit.Entrance;
import io.synapse.security.limit.Entrance.Full;
import io.synapse.security.limit.Limit;
import io.synapse.security.limit.Place;
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
    private ClientAddresses addresses;

    @Inject
    private ConnectionLimits limits;

    @Inject
    private Audit audit;

    @Inject
    private ShownCredential credentials;

    /** Lets in, or not. */
    abstract Verdict decide(Handshake handshake);

    /** The code that says a refusal to clients of this socket who cannot read a status; empty if a status is right. */
    Optional<CloseReason> closeCode(HttpServletRequest request, Refused refused, Optional<Limit> limit) {
        return Optional.empty();
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        long dialledAt = ticker.read();
        ClientAddress client = Requests.client(http, addresses);
        Optional<Full> knocked = limits.knock(client.counted());
        if (knocked.isPresent()) {
            refuse(http, (HttpServletResponse) response, client, knocked.get().refused());
            return;
        }
        Verdict verdict;
        try (ShownCredential.Authorization authorization = credentials.of(http)) {
            verdict = sentTooEarly(http)
                    ? Refused.of(HttpServletResponse.SC_BAD_REQUEST, "a client waits for the answer to its handshake")
                    : decide(handshake(http, authorization.header()));
        }
        Entrance entrance = null;
        if (verdict instanceof Admitted admitted) {
            entrance = limits.enter(client.counted(), admitted.identity());
        } else if (verdict.equals(Refused.INVALID_TOKEN)) {
            limits.failed(client.counted());
        }
        if (entrance instanceof Place place) {
            Principal principal = new AdmittedPrincipal((Admitted) verdict, client.text(), dialledAt, place);
            upgrade(http, (HttpServletResponse) response, chain, principal, place);
            return;
        }
        Optional<Limit> limit = entrance instanceof Full full ? Optional.of(full.limit()) : Optional.empty();
        Refused refused = entrance instanceof Full full ? full.refused() : (Refused) verdict;
        Optional<CloseReason> code = closeCode(http, refused, limit);
        Optional<Place> toBeClosed = code.isEmpty() ? Optional.empty() : limits.enterToBeClosed(client.counted());
        if (toBeClosed.isPresent()) {
            counters.increment(Counter.HANDSHAKES_REFUSED);
            record(http, client, refused);
            Principal principal = new RefusedPrincipal(code.get(), toBeClosed.get());
            upgrade(http, (HttpServletResponse) response, chain, principal, toBeClosed.get());
        } else {
            refuse(http, (HttpServletResponse) response, client, refused);
        }
    }

    // The endpoint may be told of the connection later, on another thread; without a 101 it never is.
    private static void upgrade(
            HttpServletRequest request,
            HttpServletResponse response,
            FilterChain chain,
            Principal principal,
            Place place)
            throws IOException, ServletException {
        boolean upgraded = false;
        try {
            chain.doFilter(new AdmittedRequest(request, principal), response);
            upgraded = response.getStatus() == HttpServletResponse.SC_SWITCHING_PROTOCOLS;
        } finally {
            if (!upgraded) {
                place.abandon();
            }
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
                Requests.host(request),
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

    private void refuse(HttpServletRequest request, HttpServletResponse response, ClientAddress client, Refused refused)
            throws IOException {
        counters.increment(Counter.HANDSHAKES_REFUSED);
        record(request, client, refused);
        SecurityHeaders.set(request, response);
        Requests.refuse(response, refused);
    }

    private void record(HttpServletRequest request, ClientAddress client, Refused refused) {
        audit.record(AuditEvent.refused(AuditEvent.Name.HANDSHAKE, refused.reason())
                .from(client.text())
                .with("path", request.getRequestURI())
                .with("status", Integer.toString(refused.status())));
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
