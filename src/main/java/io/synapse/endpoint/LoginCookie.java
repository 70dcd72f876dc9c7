package io.synapse.endpoint;

import io.synapse.security.AccessPolicy;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;

/**
 * The cookie {@code synapse_session}, which holds the {@code session_token} of a login for pages of this host. Scripts cannot
 * read it, and no page of another site sends it.
 */
public final class LoginCookie {

    /** Its name. */
    public static final String NAME = "synapse_session";

    private LoginCookie() {}

    /**
     * The token in a request.
     *
     * @param request any
     * @return empty if there is none, or if the request may come from a page of another origin
     */
    public static Optional<String> of(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies == null || !isSameOrigin(request)) {
            return Optional.empty();
        }
        for (Cookie cookie : cookies) {
            if (cookie.getName().equals(NAME) && !cookie.getValue().isEmpty()) {
                return Optional.of(cookie.getValue());
            }
        }
        return Optional.empty();
    }

    private static boolean isSameOrigin(HttpServletRequest request) {
        return AccessPolicy.isSameOrigin(
                Requests.host(request),
                Optional.ofNullable(request.getHeader("Origin")),
                Optional.ofNullable(request.getHeader("Sec-Fetch-Site")));
    }

    /**
     * Gives the browser a token.
     *
     * @param request the request that is answered; over TLS the cookie is for TLS only
     * @param response the answer
     * @param token the {@code session_token}
     * @param age how long the browser keeps it
     */
    public static void set(HttpServletRequest request, HttpServletResponse response, String token, Duration age) {
        set(request, response, token, age, request.isSecure());
    }

    /** The same, told whether the browser speaks TLS: a proxy may do that for the server. */
    static void set(
            HttpServletRequest request, HttpServletResponse response, String token, Duration age, boolean secure) {
        response.addHeader("Set-Cookie", header(request, token, Math.max(0, age.toSeconds()), secure));
    }

    /**
     * Takes the token from the browser.
     *
     * @param request the request that is answered
     * @param response the answer
     */
    public static void clear(HttpServletRequest request, HttpServletResponse response) {
        response.addHeader("Set-Cookie", header(request, "", 0, request.isSecure()));
    }

    // By hand: the servers write SameSite in different ways, or leave it out.
    private static String header(HttpServletRequest request, String token, long seconds, boolean secure) {
        return NAME + "=" + token + "; Path=" + request.getContextPath() + "/; Max-Age=" + seconds
                + "; HttpOnly; SameSite=Strict" + (secure ? "; Secure" : "");
    }
}
