package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.asset.ByteArrayAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Follows {@code docs/engines.md} and {@code docs/tools.md}: takes their examples as they stand there, compiles them, puts
 * them into the WAR, asks the engine and calls the tool.
 */
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class DocumentedEngineIT {

    private static final Pattern EXAMPLE = Pattern.compile("```java\\R(package com\\.example;.*?)```", Pattern.DOTALL);

    @ArquillianResource
    private URL url;

    @Deployment(testable = false)
    static WebArchive war() throws IOException {
        return WarFile.with(Map.of("synapse.engine", "echo", "synapse.payara.idle-timer-off", "false"))
                .addClasses(ProbeServlet.class, TyrusProbe.class, ProbeClock.class)
                .add(compiled("docs/engines.md", "EchoEngine"), "WEB-INF/classes/com/example/EchoEngine.class")
                .add(compiled("docs/tools.md", "CountdownTool"), "WEB-INF/classes/com/example/CountdownTool.class");
    }

    private static ByteArrayAsset compiled(String page, String name) throws IOException {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of(page)));
        assertThat(example.find()).as("an example in " + page).isTrue();
        Path folder = Files.createTempDirectory("documented");
        Path source = Files.writeString(folder.resolve(name + ".java"), example.group(1));
        int failed = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "--release",
                        "17",
                        "-proc:none",
                        "-classpath",
                        System.getProperty("java.class.path"),
                        "-d",
                        folder.toString(),
                        source.toString());
        assertThat(failed).isZero();
        return new ByteArrayAsset(Files.readAllBytes(folder.resolve("com/example/" + name + ".class")));
    }

    @Test
    @DisplayName("M4: the engine that docs/engines.md shows answers, also where Payara keeps its idle timer")
    void answers() throws Exception {
        Server server = Server.ready(url);
        try (Wire wire = Wire.joined(server, "echo")) {
            wire.query("e1", "one two three", "");
            List<JsonNode> frames = wire.untilResult("e1");

            assertThat(frames.stream()
                            .filter(frame -> frame.path("event").asText().equals("thought"))
                            .map(frame -> frame.at("/payload/content").asText())
                            .collect(Collectors.joining()))
                    .isEqualTo("one two three ");
            JsonNode result = frames.get(frames.size() - 1).path("payload");
            assertThat(result.at("/data/words").asInt()).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("M10: the tool that docs/tools.md shows is listed, tells its progress, and can be stopped")
    void counts() throws Exception {
        Server server = Server.ready(url);
        try (Wire wire = Wire.joined(server, "echo")) {
            wire.send("{\"event\":\"tools\",\"payload\":{},\"ref\":\"l\"}");
            assertThat(wire.next(frame -> frame.path("ref").asText().equals("l"))
                            .at("/payload/response/tools"))
                    .extracting(tool -> tool.path("name").asText())
                    .containsExactly("arithmetic", "countdown", "search");

            wire.send("{\"event\":\"tool\",\"payload\":{\"name\":\"countdown\",\"ref\":\"c1\",\"args\":{\"from\":2}},"
                    + "\"ref\":\"c1\"}");
            List<JsonNode> frames = wire.untilResult("c1");
            assertThat(frames.stream()
                            .filter(frame -> frame.path("event").asText().equals("progress"))
                            .map(frame -> frame.at("/payload/percent").asInt() + " "
                                    + frame.at("/payload/message").asText()))
                    .containsExactly("0 2 to go", "50 1 to go");
            assertThat(frames.get(frames.size() - 1).at("/payload/data/answer").asText())
                    .isEqualTo("lift-off");

            wire.send(
                    "{\"event\":\"tool\",\"payload\":{\"name\":\"countdown\",\"ref\":\"c2\",\"args\":{\"from\":3600}},"
                            + "\"ref\":\"c2\"}");
            wire.next("progress");
            wire.send("{\"event\":\"interrupt\",\"payload\":{\"ref\":\"c2\"},\"ref\":\"i\"}");
            List<JsonNode> stopped = wire.untilResult("c2");
            assertThat(stopped.get(stopped.size() - 1).at("/payload/status").asText())
                    .isEqualTo("interrupted");
        }
    }

    @Test
    @DisplayName("Payara schedules an idle task for every message where it keeps its idle timer")
    void keepsTheIdleTimer() throws Exception {
        assumeThat(Server.name()).as("only Payara has the timer").isEqualTo("payara");
        Server server = Server.ready(url);
        try (Wire wire = Wire.joined(server, "echo")) {
            Set<String> tasks = new HashSet<>();
            for (int i = 0; i < 5; i++) {
                wire.send("{\"event\":\"ping\",\"payload\":{},\"ref\":\"p\"}");
                wire.next("pong");
                await("one connection")
                        .atMost(10, SECONDS)
                        .until(() -> Vitals.of(server).connections().size() == 1);
                tasks.add(Vitals.of(server).connections().get(0).idleTask());
            }
            assertThat(tasks).hasSize(5).noneMatch(task -> task.startsWith("io.synapse."));
        }
    }
}
