package io.synapse.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/** A request with another {@code Authorization} than it came with. */
final class AuthorizedRequest extends HttpServletRequestWrapper {

    private static final String AUTHORIZATION = "Authorization";

    private final String value;

    AuthorizedRequest(HttpServletRequest request, String value) {
        super(request);
        this.value = value;
    }

    @Override
    public String getHeader(String name) {
        return AUTHORIZATION.equalsIgnoreCase(name) ? value : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return AUTHORIZATION.equalsIgnoreCase(name) ? Collections.enumeration(List.of(value)) : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        List<String> names = new ArrayList<>(Collections.list(super.getHeaderNames()));
        names.removeIf(AUTHORIZATION::equalsIgnoreCase);
        names.add(AUTHORIZATION);
        return Collections.enumeration(names);
    }
}
