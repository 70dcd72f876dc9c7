package io.synapse.endpoint;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * The cookie of an attempt to log in at an OpenID provider, which scripts cannot read. It must come with the way back from the
 * site of the provider, so it is not as strict as that of a login.
 */
final class AttemptCookie {

    private static final String NAME = "synapse_attempt";
    private static final String PATH = "/login/oidc";
    private static final int SECONDS = 600;

    private AttemptCookie() {}

    /** What it holds; empty if there is none. */
    static String of(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies != null) {
            for (Cookie cookie : cookies) {
                if (cookie.getName().equals(NAME)) {
                    return cookie.getValue();
                }
            }
        }
        return "";
    }

    static void set(HttpServletResponse response, String attempt, boolean secure) {
        add(response, attempt, SECONDS, secure);
    }

    static void clear(HttpServletResponse response, boolean secure) {
        add(response, "", 0, secure);
    }

    private static void add(HttpServletResponse response, String value, int seconds, boolean secure) {
        response.addHeader(
                "Set-Cookie",
                NAME + "=" + value + "; Path=" + PATH + "; Max-Age=" + seconds + "; HttpOnly; SameSite=Lax"
                        + (secure ? "; Secure" : ""));
    }
}
