package io.synapse.endpoint;

import io.synapse.security.Verdict.Refused;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;

/**
 * Refuses handshakes, to whatever path, whose address is none. Payara's WebSocket implementation looks at all requests that
 * seem to be handshakes, and fails at such an address with a page that tells of the server's inside.
 */
@WebFilter(urlPatterns = "/*", asyncSupported = true)
public class HandshakeUriFilter implements Filter {

    private static final Refused NO_ADDRESS =
            Refused.of(HttpServletResponse.SC_BAD_REQUEST, "the path is not an address");

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        if (http.getHeader("Sec-WebSocket-Key") != null && !isUri(http.getRequestURI())) {
            SecurityHeaders.set(http, (HttpServletResponse) response);
            Requests.refuse((HttpServletResponse) response, NO_ADDRESS);
            return;
        }
        chain.doFilter(request, response);
    }

    private static boolean isUri(String path) {
        try {
            return new URI(path).getRawPath() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
