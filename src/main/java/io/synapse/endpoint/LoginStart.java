package io.synapse.endpoint;

import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Identity;
import io.synapse.security.Verdict.Refused;
import io.synapse.security.login.LoginSessions;
import io.synapse.security.login.LoginSessions.Created;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** What every login ends in: a session, its cookie, and the page, which is always the same, so nobody can be led astray. */
@ApplicationScoped
public class LoginStart {

    // Longer than any: how long a login lasts is the configuration's to say.
    private static final Duration LONGEST = Duration.ofDays(365);

    @Inject
    private LoginSessions logins;

    @Inject
    private Clock clock;

    @Inject
    private Audit audit;

    /** Writes down that somebody was not let in. */
    void failed(HttpServletRequest request) {
        audit.record(AuditEvent.refused(AuditEvent.Name.SESSION_CREATE, "login failed")
                .from(request.getRemoteAddr())
                .with("path", request.getServletPath()));
    }

    /** Begins a login, in place of the one that this browser had. */
    void begin(HttpServletRequest request, HttpServletResponse response, Identity identity, boolean secure)
            throws IOException {
        LoginCookie.of(request).flatMap(logins::validate).ifPresent(login -> logins.revoke(login.id()));
        Optional<Created> created = logins.create(identity, LONGEST);
        if (created.isEmpty()) {
            response.setHeader("Retry-After", "60");
            refuse(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE, "too many logins");
            return;
        }
        audit.record(AuditEvent.accepted(AuditEvent.Name.SESSION_CREATE)
                .by(Optional.of(created.get().login().identity()))
                .from(request.getRemoteAddr()));
        Duration age = Duration.between(clock.instant(), created.get().login().expiresAt());
        LoginCookie.set(request, response, created.get().token(), age, secure);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("Location", "/");
        response.setStatus(HttpServletResponse.SC_SEE_OTHER);
    }

    /** Answers with one line. */
    static void refuse(HttpServletResponse response, int status, String reason) throws IOException {
        response.setHeader("Cache-Control", "no-store");
        Requests.refuse(response, Refused.of(status, reason));
    }
}
