package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpResponse;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ArquillianExtension.class)
@RunAsClient
class ProductionModeIT {

    @ArquillianResource
    private URL url;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of("synapse.mode", "production"));
    }

    @Test
    @DisplayName("M17 G13: production without credentials does not become ready, says why, and lets nobody in")
    void doesNotBecomeReadyWithoutCredentials() throws Exception {
        Server server = Server.at(url);
        URI ready = server.health("/health/ready");
        await().atMost(60, SECONDS)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> Server.get(ready).body().contains("synapse.auth.api-keys"));

        HttpResponse<String> answer = Server.get(ready);
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(RawClient.answerToHandshake(server.port()))
                .startsWith("HTTP/1.1 503")
                .containsIgnoringCase("\nRetry-After: ");
        assertThat(Server.get(server.http("/api/metrics"), "test_key").statusCode())
                .isEqualTo(401);
    }
}
