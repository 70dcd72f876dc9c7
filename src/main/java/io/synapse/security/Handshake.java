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
 * @param loginCookie the cookie of a login, if a page of this very host sends it
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
        Optional<String> loginCookie,
        List<String> subprotocols,
        Map<String, String> parameters) {

    private static final String SCHEME = "Bearer ";

    /** Copies the collections. */
    public Handshake {
        subprotocols = List.copyOf(subprotocols);
        parameters = Map.copyOf(parameters);
    }

    /**
     * The credential in an {@code Authorization} header.
     *
     * @param header the header
     * @return what stands after {@code Bearer}; empty for any other scheme
     */
    public static Optional<String> bearer(String header) {
        return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                ? Optional.of(header.substring(SCHEME.length()).strip())
                : Optional.empty();
    }

    /** The parameter {@code token}; the npm client sends the text "undefined" for one that has no value. */
    Optional<String> token() {
        return Optional.ofNullable(parameters.get("token"))
                .filter(token -> !token.isEmpty() && !token.equals("undefined"));
    }
}
