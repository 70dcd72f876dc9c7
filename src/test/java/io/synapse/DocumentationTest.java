package io.synapse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.platform.Counter;
import io.synapse.platform.Timing;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Inbound;
import io.synapse.protocol.Invalid;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The documentation says what the code does. */
class DocumentationTest {

    private static final Pattern PROPERTY_ROW = Pattern.compile("(?m)^\\| `(synapse\\.[^`]+)` \\| `([^`]*)` \\|");
    private static final Pattern JSON_BLOCK = Pattern.compile("(?ms)^```json\\R(.*?)^```");
    private static final String GATEWAY = "(?m)^## The socket /ws$";
    private static final Set<String> SERVER_TYPES = Set.of(
            "system",
            "response",
            "error",
            "event",
            "gap",
            "pong",
            "queued",
            "thought",
            "snapshot",
            "progress",
            "interrupted",
            "result",
            "task",
            "task_cancel",
            "token_expiring",
            "subscribed",
            "unsubscribed");
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)");

    @Test
    @DisplayName("every property is in docs/configuration.md with its default, and no other")
    void listsEveryProperty() throws IOException {
        Properties defaults = new Properties();
        try (var file = getClass().getResourceAsStream("/META-INF/microprofile-config.properties")) {
            defaults.load(file);
        }
        Map<String, String> expected = new TreeMap<>();
        defaults.stringPropertyNames().forEach(name -> {
            String value = defaults.getProperty(name);
            expected.put(name, value.isEmpty() ? "(empty)" : value);
        });
        Map<String, String> documented = new TreeMap<>();
        Matcher row = PROPERTY_ROW.matcher(read("docs/configuration.md"));
        while (row.find()) {
            // In a table, Markdown needs the bar escaped.
            documented.put(row.group(1), row.group(2).replace("\\|", "|"));
        }
        assertThat(documented).isEqualTo(expected);
    }

    @Test
    @DisplayName("every close code is in docs/protocol.md, and every counter in docs/operations.md")
    void listsCloseCodesAndCounters() throws IOException {
        String protocol = read("docs/protocol.md");
        for (CloseReason reason : CloseReason.values()) {
            assertThat(protocol).containsPattern("\\| `?" + reason.code() + "`? \\|");
        }
        String operations = read("docs/operations.md");
        for (Counter counter : Counter.values()) {
            String name = counter.metric().replace('.', '_').replace('-', '_');
            assertThat(operations).containsPattern(Pattern.quote(counter.metric()) + "|" + name);
        }
        for (Timing timing : Timing.values()) {
            assertThat(operations).contains("`" + timing.metric().replace('.', '_') + "_seconds`");
        }
    }

    private static List<String> frames(String text) {
        List<String> frames = new ArrayList<>();
        Matcher block = JSON_BLOCK.matcher(text);
        while (block.find()) {
            block.group(1).lines().filter(line -> !line.isBlank()).forEach(frames::add);
        }
        assertThat(frames).hasSizeGreaterThan(10);
        return frames;
    }

    @Test
    @DisplayName("M1: every frame in docs/protocol.md is JSON, and every client's frame is understood")
    void showsFramesThatAreUnderstood() throws IOException {
        PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);
        ObjectMapper json = new ObjectMapper();
        for (String frame : frames(read("docs/protocol.md").split(GATEWAY)[0])) {
            json.readTree(frame);
            Inbound inbound = codecs.open(PhoenixCodec.Version.V2).decode(frame);
            boolean malformed = inbound instanceof Invalid invalid && invalid.kind() == Invalid.Kind.FRAME;
            assertThat(malformed).as(frame).isFalse();
        }
    }

    @Test
    @DisplayName(
            "K3: every message of /ws in docs/protocol.md is one that a client can send, or has a type of the server's")
    void showsMessagesThatAreUnderstood() throws IOException {
        ObjectCodecs codecs = new ObjectCodecs(64, 1 << 20);
        ObjectMapper json = new ObjectMapper();
        for (String message : frames(read("docs/protocol.md").split(GATEWAY)[1])) {
            if (!SERVER_TYPES.contains(json.readTree(message).path("type").asText())) {
                assertThat(codecs.open(ObjectCodecs.Format.JSON).decode(message))
                        .as(message)
                        .isInstanceOf(ClientMessage.class);
            }
        }
    }

    @Test
    @DisplayName("every relative link leads to a file")
    void leadsSomewhere() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CHANGELOG.md")));
        try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
            docs.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
        }
        for (Path page : pages) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                assertThat(page.toAbsolutePath().getParent().resolve(link.group(1)))
                        .as(page + " links to " + link.group(1))
                        .exists();
            }
        }
    }

    private static String read(String file) throws IOException {
        return Files.readString(Path.of(file));
    }
}
