package io.synapse.endpoint;

import jakarta.servlet.http.HttpServletRequest;

/** Where a request has reached the server. */
public final class CalledUrl {

    private CalledUrl() {}

    /**
     * The same place for WebSockets. Behind a proxy that ends TLS, {@code synapse.control.websocket-url} has to say it.
     *
     * @param request any
     * @return {@code ws://…} or {@code wss://…}, without a path
     */
    public static String of(HttpServletRequest request) {
        String host = Requests.host(request).orElse(request.getServerName() + ":" + request.getServerPort());
        return (request.isSecure() ? "wss://" : "ws://") + host;
    }
}
