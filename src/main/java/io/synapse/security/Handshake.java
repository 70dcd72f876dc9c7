package io.synapse.security;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a client asks when it connects, taken from the HTTP request.
 *
 * @param method the HTTP method
 * @param upgrade whether it asks for a WebSocket
 * @param remoteAddress the address the connection comes from
 * @param host the {@code Host} header, if any
 * @param origin the {@code Origin} header; browsers always send it
 * @param forwarded whether a proxy says it passed the request on
 * @param authorization the {@code Authorization} header, if any
 * @param subprotocols the sub-protocols offered, in order
 * @param parameters the query string, decoded
 */
public record Handshake(
        String method,
        boolean upgrade,
        String remoteAddress,
        Optional<String> host,
        Optional<String> origin,
        boolean forwarded,
        Optional<String> authorization,
        List<String> subprotocols,
        Map<String, String> parameters) {

    /** Copies the collections. */
    public Handshake {
        subprotocols = List.copyOf(subprotocols);
        parameters = Map.copyOf(parameters);
    }
}
