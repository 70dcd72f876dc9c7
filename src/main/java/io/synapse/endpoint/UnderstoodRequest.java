package io.synapse.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A request as those behind the filter are to see it: from where its client is, behind trusted proxies too, with the
 * credential that stands for what it has shown, and with the host that it called, in HTTP/2 too.
 */
final class UnderstoodRequest extends HttpServletRequestWrapper {

    private static final String AUTHORIZATION = "Authorization";
    private static final String HOST = "Host";

    private final String address;
    private final Map<String, String> replaced = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** The credential takes the place of the header; empty if the header is to stay. */
    UnderstoodRequest(HttpServletRequest request, String address, Optional<String> authorization) {
        super(request);
        this.address = address;
        authorization.ifPresent(value -> replaced.put(AUTHORIZATION, value));
        Requests.host(request).ifPresent(value -> replaced.put(HOST, value));
    }

    @Override
    public String getRemoteAddr() {
        return address;
    }

    @Override
    public String getHeader(String name) {
        return replaced.containsKey(name) ? replaced.get(name) : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return replaced.containsKey(name)
                ? Collections.enumeration(List.of(replaced.get(name)))
                : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        names.addAll(Collections.list(super.getHeaderNames()));
        names.addAll(replaced.keySet());
        return Collections.enumeration(names);
    }
}
