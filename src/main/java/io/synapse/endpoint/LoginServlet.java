package io.synapse.endpoint;

import io.synapse.config.SynapseConfig;
import io.synapse.security.Identity;
import io.synapse.security.login.Login;
import io.synapse.security.login.LoginSessions;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/**
 * {@code /login}: GET tells who is logged in and how one can log in; POST logs in with a name and a password of the server's
 * realm; DELETE logs out.
 */
@WebServlet(urlPatterns = "/login")
public class LoginServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final int MAX_FORM_BYTES = 8192;

    @Inject
    private transient SynapseConfig config;

    @Inject
    private transient LoginSessions logins;

    @Inject
    private transient LoginStart start;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Optional<String> token = LoginCookie.of(request);
        Optional<Login> login = token.flatMap(logins::validate);
        if (token.isPresent() && login.isEmpty()) {
            // Or every handshake of this page would be refused, as one that shows what is not good.
            LoginCookie.clear(request, response);
        }
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("application/json");
        response.setCharacterEncoding("UTF-8");
        response.getWriter().print(LoginBody.of(login, config.outside()));
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!config.outside().realm()) {
            LoginStart.refuse(response, HttpServletResponse.SC_NOT_FOUND, "no names and passwords here");
            return;
        }
        long length = request.getContentLengthLong();
        if (length < 0 || length > MAX_FORM_BYTES) {
            response.setHeader("Connection", "close");
            LoginStart.refuse(
                    response,
                    HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE,
                    "a form of 8192 bytes at most is needed");
            return;
        }
        String name = request.getParameter("name");
        String password = request.getParameter("password");
        Optional<Identity> identity =
                name == null || password == null ? Optional.empty() : RealmLogin.identify(request, name, password);
        if (identity.isEmpty()) {
            start.failed(request);
            LoginStart.refuse(response, HttpServletResponse.SC_UNAUTHORIZED, "login failed");
            return;
        }
        String origin = request.getHeader("Origin");
        boolean secure = request.isSecure() || (origin != null && origin.startsWith("https:"));
        start.begin(request, response, identity.get(), secure);
    }

    @Override
    protected void doDelete(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getHeader("Origin") == null) {
            LoginStart.refuse(response, HttpServletResponse.SC_FORBIDDEN, "a page logs out, and says which it is");
            return;
        }
        LoginCookie.of(request).flatMap(logins::validate).ifPresent(login -> logins.revoke(login.id()));
        LoginCookie.clear(request, response);
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }
}
