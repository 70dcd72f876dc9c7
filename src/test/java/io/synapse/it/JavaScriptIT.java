package io.synapse.it;

import java.net.URL;
import java.time.Duration;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What only the real JavaScript clients and a real browser can prove. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class JavaScriptIT {

    private static final Duration LIMIT = Duration.ofMinutes(4);

    @ArquillianResource
    private URL url;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.standard();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cortex.test.js",
                "gateway.test.js",
                "phoenix.test.js",
                "wire.test.js",
                "resume.test.js",
                "presence.test.js",
                "tools.test.js",
                "mcp.test.js",
                "topics.test.js",
                "sessions.test.js",
                "browser.test.js",
                "origins.test.js"
            })
    @DisplayName(
            "G1 M18 M19 M1 M2 M3 M4 M5 M6 M7 M8 M9 M10 M11 M14 B1 B2 B7 B14 B16: npm phoenix 1.7 and 1.8, bare sockets, and Chromium")
    void passes(String file) throws Exception {
        Node.test(file, Server.ready(url).http("/"), LIMIT);
    }
}
