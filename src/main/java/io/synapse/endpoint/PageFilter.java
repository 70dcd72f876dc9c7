package io.synapse.endpoint;

import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.security.AccessPolicy;
import io.synapse.security.Verdict.Refused;
import io.synapse.security.limit.ClientAddress;
import io.synapse.security.limit.ClientAddresses;
import io.synapse.security.limit.ConnectionLimits;
import io.synapse.security.limit.Entrance.Full;
import jakarta.inject.Inject;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/** Stands in front of the page and the REST side: the rules of access. */
@WebFilter(
        urlPatterns = {
            "/",
            "/index.html",
            "/login.html",
            "/login",
            "/login/*",
            "/asyncapi.yaml",
            "/openapi.yaml",
            "/assets/*",
            "/api/*",
            "/mcp"
        },
        asyncSupported = true)
public class PageFilter implements Filter {

    private static final String LOGIN = "/login";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final Refused TOO_MANY_BODIES =
            new Refused(503, "too many requests send a body at the moment", OptionalInt.of(1));

    @Inject
    private AccessPolicy access;

    @Inject
    private ClientAddresses addresses;

    @Inject
    private ConnectionLimits limits;

    @Inject
    private ShownCredential credentials;

    @Inject
    private BodyPlaces bodies;

    @Inject
    private Counters counters;

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        Optional<String> refusal = access.refusal(
                http.getRemoteAddr(),
                Requests.host(http),
                Optional.ofNullable(http.getHeader("Origin")),
                Requests.isForwarded(http));
        SecurityHeaders.set(http, answer);
        // Asked for again at each visit, or a browser mixes the modules of two versions after an upgrade.
        answer.setHeader("Cache-Control", "no-cache");
        if (refusal.isPresent()) {
            Requests.refuse(answer, Refused.of(HttpServletResponse.SC_FORBIDDEN, refusal.get()));
            return;
        }
        ClientAddress client = Requests.client(http, addresses);
        boolean logsIn = http.getHeader("Authorization") != null || isLogin(http.getRequestURI());
        Optional<Full> notNow = logsIn ? limits.mayTry(client.counted()) : Optional.empty();
        if (notNow.isPresent()) {
            Requests.refuse(answer, notNow.get().refused());
            return;
        }
        boolean body = awaitsBody(http);
        if (body && !bodies.enter(client.text())) {
            counters.increment(Counter.BODIES_REFUSED);
            Requests.refuse(answer, TOO_MANY_BODIES);
            return;
        }
        try (ShownCredential.Authorization shown = credentials.of(http)) {
            chain.doFilter(new UnderstoodRequest(http, client.text(), shown.header()), response);
        } finally {
            if (body) {
                bodies.leave(client.text());
            }
        }
        if (logsIn && answer.getStatus() == HttpServletResponse.SC_UNAUTHORIZED) {
            limits.failed(client.counted());
        }
    }

    private static boolean isLogin(String path) {
        return path.equals(LOGIN) || path.startsWith(LOGIN + "/");
    }

    // What has come already holds nobody up. Of a form that cannot be asked: its fields would be lost.
    private static boolean awaitsBody(HttpServletRequest request) throws IOException {
        String type = request.getContentType();
        long length = request.getContentLengthLong();
        return request.getHeader("Transfer-Encoding") != null
                || length > 0
                        && (type == null
                                || type.startsWith(FORM)
                                || request.getInputStream().available() < length);
    }
}
