package io.synapse.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;

/** A request from where its client is, behind trusted proxies too, with the credential that stands for what it has shown. */
final class UnderstoodRequest extends HttpServletRequestWrapper {

    private static final String AUTHORIZATION = "Authorization";

    private final String address;
    private final Optional<String> authorization;

    /** The credential takes the place of the header; empty if the header is to stay. */
    UnderstoodRequest(HttpServletRequest request, String address, Optional<String> authorization) {
        super(request);
        this.address = address;
        this.authorization = authorization;
    }

    @Override
    public String getRemoteAddr() {
        return address;
    }

    @Override
    public String getHeader(String name) {
        return isReplaced(name) ? authorization.get() : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return isReplaced(name) ? Collections.enumeration(List.of(authorization.get())) : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        List<String> names = new ArrayList<>(Collections.list(super.getHeaderNames()));
        if (authorization.isPresent()) {
            names.removeIf(AUTHORIZATION::equalsIgnoreCase);
            names.add(AUTHORIZATION);
        }
        return Collections.enumeration(names);
    }

    private boolean isReplaced(String name) {
        return authorization.isPresent() && AUTHORIZATION.equalsIgnoreCase(name);
    }
}
