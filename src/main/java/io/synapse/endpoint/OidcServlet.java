package io.synapse.endpoint;

import io.synapse.config.SynapseConfig;
import io.synapse.security.Identity;
import io.synapse.security.jwt.OidcLogin;
import io.synapse.security.jwt.OidcLogin.Begun;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * {@code /login/oidc} sends the browser to the OpenID provider, which sends it back to {@code /login/oidc/callback}. Neither
 * takes an address to go to from anybody.
 */
@WebServlet(urlPatterns = {"/login/oidc", OidcServlet.CALLBACK})
public class OidcServlet extends HttpServlet {

    static final String CALLBACK = "/login/oidc/callback";

    private static final long serialVersionUID = 1L;
    private static final System.Logger LOGGER = System.getLogger(OidcServlet.class.getName());

    @Inject
    private transient Optional<OidcLogin> oidc;

    @Inject
    private transient SynapseConfig config;

    @Inject
    private transient LoginStart start;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (oidc.isEmpty()) {
            LoginStart.refuse(response, HttpServletResponse.SC_NOT_FOUND, "no login through OpenID Connect here");
            return;
        }
        try {
            if (request.getServletPath().equals(CALLBACK)) {
                finish(oidc.get(), request, response);
            } else {
                Begun begun = oidc.get().begin();
                AttemptCookie.set(response, begun.attempt(), isSecure());
                response.setHeader("Cache-Control", "no-store");
                response.setHeader("Location", begun.location().toString());
                response.setStatus(HttpServletResponse.SC_SEE_OTHER);
            }
        } catch (IOException e) {
            LOGGER.log(Level.WARNING, "The OpenID provider does not do its part: {0}", e.getMessage());
            LoginStart.refuse(response, HttpServletResponse.SC_BAD_GATEWAY, "the OpenID provider does not answer");
        }
    }

    private void finish(OidcLogin login, HttpServletRequest request, HttpServletResponse response) throws IOException {
        Map<String, String> answer = new HashMap<>();
        request.getParameterMap().forEach((name, values) -> answer.put(name, values.length == 1 ? values[0] : ""));
        Optional<Identity> identity = login.finish(AttemptCookie.of(request), answer);
        AttemptCookie.clear(response, isSecure());
        if (identity.isEmpty()) {
            start.failed(request);
            LoginStart.refuse(response, HttpServletResponse.SC_UNAUTHORIZED, "login failed");
            return;
        }
        start.begin(request, response, identity.get(), isSecure());
    }

    // By the address that browsers know: a proxy may speak TLS for this node.
    private boolean isSecure() {
        return config.outside()
                .oidc()
                .filter(known -> known.redirectUri().getScheme().equals("https"))
                .isPresent();
    }
}
