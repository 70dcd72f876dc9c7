package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where the audit log goes on a server that is configured as {@code server-config} says; of Payara see {@link TlsIT}. */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class AuditIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ArquillianResource
    private URL url;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.standard();
    }

    private static Path file() {
        try (Stream<Path> files = Files.walk(Path.of(System.getProperty("java.io.tmpdir")), 8)) {
            String name = Server.name().equals("wildfly") ? "synapse-audit.log" : "messages.log";
            return files.filter(path -> path.getFileName().toString().equals(name))
                    .max((one, other) -> Long.compare(
                            one.toFile().lastModified(), other.toFile().lastModified()))
                    .orElseThrow(() -> new AssertionError("no " + name));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static List<JsonNode> lines(String marker) throws IOException {
        try (Stream<String> lines = Files.lines(file(), StandardCharsets.UTF_8)) {
            return lines.filter(line -> line.contains(marker) && line.contains("{\"time\""))
                    .map(AuditIT::read)
                    .toList();
        }
    }

    private static JsonNode read(String line) {
        try {
            return JSON.readTree(line.substring(line.indexOf("{\"time\"")));
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    @Test
    @DisplayName("M18: joins, refusals and interrupts are one line of JSON each, whatever the client is called")
    void writesLines() throws Exception {
        assumeFalse(Server.name().equals("payara"));
        Server server = Server.ready(url);
        String marker = "audit-" + System.nanoTime();
        try (Wire wire = Wire.open(server.webSocket("/cortex/websocket"))) {
            String name = marker + " \u2028{0} %s";
            assertThat(wire.join(name, "not the key").path("status").asText()).isEqualTo("error");
            assertThat(wire.join(name, "test_key").path("status").asText()).isEqualTo("ok");
        }
        try (Wire wire = Wire.joined(server, marker)) {
            wire.query("q1", "Long query...", "");
            wire.next("thought");
            wire.interrupt("q1");
            wire.next("interrupted");
        }
        await().atMost(20, SECONDS).until(() -> lines(marker).size() >= 4);
        assertThat(lines(marker))
                .extracting(line ->
                        line.path("event").asText() + " " + line.path("outcome").asText() + " "
                                + line.path("subject").asText())
                .containsExactly(
                        "join refused ",
                        "join accepted development",
                        "join accepted development",
                        "interrupt accepted development");
        assertThat(lines(marker).get(0).path("agent").asText()).isEqualTo(marker + " \u2028{0} %s");
        assertThat(lines(marker))
                .allSatisfy(line -> assertThat(line.path("address").asText()).isEqualTo("127.0.0.1"));
        assertThat(Files.readString(file())).doesNotContain("test_key", "not the key", "\u2028");
    }
}
