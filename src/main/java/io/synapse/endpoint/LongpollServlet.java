package io.synapse.endpoint;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Says plainly that there is no long-polling. The answer is a 404 with a body that is not JSON: a Phoenix client that was
 * told to fall back throws at a JSON body with a status it does not know, and stays dead.
 */
@WebServlet(urlPatterns = "/cortex/longpoll")
public class LongpollServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setStatus(HttpServletResponse.SC_NOT_FOUND);
        response.setContentType("text/plain");
        response.getWriter()
                .println("Long polling is not offered here: connect to /cortex/websocket, and leave the client's "
                        + "longPollFallbackMs unset.");
    }
}
