package io.synapse.endpoint;

import io.synapse.security.AccessPolicy;
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

    @Inject
    private AccessPolicy access;

    @Inject
    private ShownCredential credentials;

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = withHost((HttpServletRequest) request);
        HttpServletResponse answer = (HttpServletResponse) response;
        Optional<String> refusal = access.refusal(
                http.getRemoteAddr(),
                Optional.ofNullable(http.getHeader("Host")),
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
        try (ShownCredential.Authorization shown = credentials.of(http)) {
            chain.doFilter(
                    shown.header()
                            .<ServletRequest>map(value -> new RequestWithHeader(http, "Authorization", value))
                            .orElse(http),
                    response);
        }
    }

    // HTTP/2 has an authority in its place, which Open Liberty does not show as the header.
    private static HttpServletRequest withHost(HttpServletRequest request) {
        return request.getHeader("Host") != null
                ? request
                : new RequestWithHeader(request, "Host", request.getServerName() + ":" + request.getServerPort());
    }
}
