package io.synapse.endpoint;

import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.lang.System.Logger.Level;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Asks the server's own realm, whatever that is, who has a name and a password. The server is made to forget it again at once:
 * it would keep the client in a session of its own, with a cookie that opens the node to other pages.
 */
final class RealmLogin {

    private static final System.Logger LOGGER = System.getLogger(RealmLogin.class.getName());
    // A colon would make the name of somebody else of it, and blanks around it are not seen.
    private static final Pattern NAME = Pattern.compile("[^\\s:\\p{Cntrl}](?:[^:\\p{Cntrl}]{0,126}[^\\s:\\p{Cntrl}])?");

    private RealmLogin() {}

    /** Who it is; empty if the realm does not know the name or the password is wrong, which is not told apart. */
    static Optional<Identity> identify(HttpServletRequest request, String name, String password) {
        if (!NAME.matcher(name).matches() || password.isEmpty()) {
            return Optional.empty();
        }
        boolean hadSession = request.getSession(false) != null;
        try {
            if (request.getUserPrincipal() != null) {
                request.logout();
            }
            request.login(name, password);
            Set<Role> roles = EnumSet.noneOf(Role.class);
            for (Role role : Role.values()) {
                if (request.isUserInRole(role.group())) {
                    roles.add(role);
                }
            }
            request.logout();
            return Optional.of(new Identity(
                    "realm:" + name,
                    "",
                    Set.of(),
                    Set.of(),
                    roles,
                    new Credential(Credential.Kind.REALM, "", Optional.empty())));
        } catch (ServletException e) {
            LOGGER.log(Level.DEBUG, "The realm of the server refused a login", e);
            return Optional.empty();
        } finally {
            HttpSession session = hadSession ? null : request.getSession(false);
            if (session != null) {
                session.invalidate();
            }
        }
    }
}
