package io.synapse.endpoint;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/** A request with a header, in place of what it came with under this name. */
final class RequestWithHeader extends HttpServletRequestWrapper {

    private final String header;
    private final String value;

    RequestWithHeader(HttpServletRequest request, String header, String value) {
        super(request);
        this.header = header;
        this.value = value;
    }

    @Override
    public String getHeader(String name) {
        return header.equalsIgnoreCase(name) ? value : super.getHeader(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return header.equalsIgnoreCase(name) ? Collections.enumeration(List.of(value)) : super.getHeaders(name);
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        List<String> names = new ArrayList<>(Collections.list(super.getHeaderNames()));
        names.removeIf(header::equalsIgnoreCase);
        names.add(header);
        return Collections.enumeration(names);
    }
}
