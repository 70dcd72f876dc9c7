package io.synapse.endpoint.rest;

import io.synapse.config.SynapseConfig;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;

/**
 * Says with a 401 what can be shown (RFC 9110 15.5.2). Basic is offered where the server's realm is asked, but never to a
 * script of a page: the browser would put up a dialog of its own.
 */
@Provider
public class Challenge implements ContainerResponseFilter {

    private static final String MODE = "Sec-Fetch-Mode";

    @Inject
    private SynapseConfig config;

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (response.getStatus() != Response.Status.UNAUTHORIZED.getStatusCode()) {
            return;
        }
        String mode = request.getHeaderString(MODE);
        if (config.outside().realm() && (mode == null || mode.equals("navigate"))) {
            response.getHeaders().add(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"Synapse\", charset=\"UTF-8\"");
        }
        response.getHeaders().add(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    }
}
