package io.synapse.endpoint;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Optional;

/** A cookie that scripts cannot read: the token of a login, or of the attempt to log in. */
enum LoginCookie {
    /** The token of a login session. Other sites cannot make a browser send it. */
    SESSION("session_token", "/", "Strict"),
    /** What a login at a provider was begun with. It comes back from the provider's site. */
    ATTEMPT("synapse_login", "/login/oidc", "Lax");

    private static final int MAX_LENGTH = 512;

    private final String cookieName;
    private final String path;
    private final String sameSite;

    LoginCookie(String cookieName, String path, String sameSite) {
        this.cookieName = cookieName;
        this.path = path;
        this.sameSite = sameSite;
    }

    /** Its value; empty if there is none, or one that cannot be ours. */
    Optional<String> of(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        if (cookies == null) {
            return Optional.empty();
        }
        for (Cookie cookie : cookies) {
            if (cookie.getName().equals(cookieName)
                    && !cookie.getValue().isEmpty()
                    && cookie.getValue().length() <= MAX_LENGTH) {
                return Optional.of(cookie.getValue());
            }
        }
        return Optional.empty();
    }

    /** Sets it; for as many seconds, 0 to take it away. Written here, as servers differ in what they leave out. */
    void set(HttpServletResponse response, String value, long seconds, boolean secure) {
        response.addHeader(
                "Set-Cookie",
                cookieName + "=" + value + "; Path=" + path + "; Max-Age=" + seconds + "; HttpOnly; SameSite="
                        + sameSite + (secure ? "; Secure" : ""));
    }
}
