package io.synapse.it;

import java.net.URL;
import java.time.Duration;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ArquillianExtension.class)
@RunAsClient
class JavaScriptIT {

    @ArquillianResource
    private URL url;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.standard();
    }

    @Test
    void connectsFromNode() throws Exception {
        Node.test("smoke.test.js", Server.ready(url).http("/"), Duration.ofSeconds(60));
    }

    @Test
    void connectsFromABrowser() throws Exception {
        Node.test("browser.test.js", Server.ready(url).http("/"), Duration.ofSeconds(60));
    }
}
