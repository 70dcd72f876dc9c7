package io.synapse.endpoint;

import io.synapse.security.AccessPolicy;
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

/** Stands in front of the page and the REST side: the rules of access. */
@WebFilter(
        urlPatterns = {"/", "/index.html", "/login.html", "/login", "/login/*", "/asyncapi.yaml", "/assets/*", "/api/*"
        },
        asyncSupported = true)
public class PageFilter implements Filter {

    private static final String LOGIN = "/login";

    @Inject
    private AccessPolicy access;

    @Inject
    private ClientAddresses addresses;

    @Inject
    private ConnectionLimits limits;

    @Inject
    private ShownCredential credentials;

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
            answer.setStatus(HttpServletResponse.SC_FORBIDDEN);
            answer.setContentType("text/plain");
            answer.getWriter().println(refusal.get());
            return;
        }
        ClientAddress client = Requests.client(http, addresses);
        boolean logsIn = http.getHeader("Authorization") != null || isLogin(http.getRequestURI());
        Optional<Full> notNow = logsIn ? limits.mayTry(client.counted()) : Optional.empty();
        if (notNow.isPresent()) {
            Requests.refuse(answer, notNow.get().refused());
            return;
        }
        try (ShownCredential.Authorization shown = credentials.of(http)) {
            chain.doFilter(new UnderstoodRequest(http, client.text(), shown.header()), response);
        }
        if (logsIn && answer.getStatus() == HttpServletResponse.SC_UNAUTHORIZED) {
            limits.failed(client.counted());
        }
    }

    private static boolean isLogin(String path) {
        return path.equals(LOGIN) || path.startsWith(LOGIN + "/");
    }
}
