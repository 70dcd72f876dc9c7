package io.synapse;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.ObjectCodecs;
import io.synapse.protocol.ObjectCodecs.Format;
import io.synapse.protocol.PhoenixCodec;
import io.synapse.protocol.PhoenixCodecs;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.Subprotocol;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The AsyncAPI document says what the code does. It is read as text: its layout is part of what is checked here. */
class AsyncApiTest {

    private static final Path FILE = Path.of("src/main/webapp/asyncapi.yaml");
    private static final Pattern KIND = Pattern.compile("(?m)^      x-kind: (\\S+)$");
    private static final Pattern REF = Pattern.compile("\\$ref: \"#/([^\"]+)\"");
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^        - payload: (.+)$");
    private static final Pattern PROPERTY = Pattern.compile("(?m)^          (\\w+): ");
    private static final Pattern REQUIRED = Pattern.compile("(?m)^        required: \\[(.*)]$");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String text = Files.readString(FILE);
    private final Map<String, String> messages = messages();

    AsyncApiTest() throws IOException {}

    /** What is said of each message, by its name. */
    private Map<String, String> messages() {
        String all = text.substring(text.indexOf("\n  messages:\n") + "\n  messages:\n".length());
        Map<String, String> byName = new TreeMap<>();
        for (String message : all.split("(?m)^(?=    \\w)")) {
            byName.put(message.substring(4, message.indexOf(':')), message);
        }
        return byName;
    }

    private static List<String> found(Pattern pattern, String in) {
        List<String> all = new ArrayList<>();
        Matcher matcher = pattern.matcher(in);
        while (matcher.find()) {
            all.add(matcher.group(1));
        }
        return all;
    }

    private static JsonNode example(String message) throws IOException {
        return JSON.readTree(found(EXAMPLE, message).get(0));
    }

    @Test
    @DisplayName("K3: every kind of message of client and server is in asyncapi.yaml, and no other")
    void knowsEveryKind() {
        Set<String> kinds = new TreeSet<>();
        for (ClientMessage.Kind kind : ClientMessage.Kind.values()) {
            kinds.add("ClientMessage." + kind);
        }
        for (ServerMessage.Kind kind : ServerMessage.Kind.values()) {
            kinds.add("ServerMessage." + kind);
        }
        assertThat(new TreeSet<>(found(KIND, text))).isEqualTo(kinds);
        assertThat(messages.values())
                .allSatisfy(message -> assertThat(found(KIND, message)).hasSize(1));
    }

    @Test
    @DisplayName(
            "K3: every reference in asyncapi.yaml leads somewhere, and every message is said on a socket by somebody")
    void leadsSomewhere() {
        Set<String> said = new TreeSet<>();
        for (String ref : found(REF, text)) {
            String name = ref.substring(ref.lastIndexOf('/') + 1);
            if (ref.startsWith("components/schemas/") || ref.matches("channels/\\w+")) {
                assertThat(text).as(ref).containsPattern("(?m)^ {2,4}" + name + ":");
            } else {
                assertThat(messages).as(ref).containsKey(name);
            }
            if (ref.startsWith("channels/") && ref.contains("/messages/")) {
                assertThat(said.add(name)).as(ref).isTrue();
                String socket = ref.split("/")[1];
                assertThat(text).contains("      " + name + ": {$ref: \"#/components/messages/" + name + "\"}");
                assertThat(socket).isIn("cortex", "gateway");
            }
        }
        assertThat(said).isEqualTo(messages.keySet());
    }

    @Test
    @DisplayName("K3 M1: every client's example is understood as the kind of message that it is said to be")
    void showsMessagesThatAreUnderstood() throws IOException {
        ObjectCodecs objects = new ObjectCodecs(64, 1 << 20);
        PhoenixCodecs phoenix = new PhoenixCodecs(64, 1 << 20);
        for (Map.Entry<String, String> message : messages.entrySet()) {
            String kind = found(KIND, message.getValue()).get(0);
            if (kind.startsWith("ClientMessage.")) {
                String example = example(message.getValue()).toString();
                var decoded = message.getKey().startsWith("gateway")
                        ? objects.open(Format.JSON).decode(example)
                        : phoenix.open(PhoenixCodec.Version.V2).decode(example);
                assertThat(decoded).as(message.getKey()).isInstanceOf(ClientMessage.class);
                assertThat("ClientMessage." + ((ClientMessage) decoded).kind()).isEqualTo(kind);
            }
        }
    }

    @Test
    @DisplayName("K3: every example of an object has the fields that are required, and no other than those listed")
    void showsItsFields() throws IOException {
        for (Map.Entry<String, String> message : messages.entrySet()) {
            List<String> listed = found(PROPERTY, message.getValue());
            if (!listed.isEmpty()) {
                List<String> shown = new ArrayList<>();
                example(message.getValue()).fieldNames().forEachRemaining(shown::add);
                assertThat(listed).as(message.getKey()).containsAll(shown);
                found(REQUIRED, message.getValue())
                        .forEach(names -> assertThat(shown).as(message.getKey()).contains(names.split(", ")));
            }
        }
    }

    @Test
    @DisplayName("K11: every sub-protocol of /ws is in asyncapi.yaml and in docs/protocol.md")
    void knowsEverySubprotocol() throws IOException {
        String page = Files.readString(Path.of("docs/protocol.md"));
        for (String word : Subprotocol.words()) {
            assertThat(text).containsPattern(Pattern.quote(word) + "[ ,;:]");
            assertThat(page).contains("`" + word + "`");
        }
    }

    @Test
    @DisplayName("every type of message that docs/protocol.md shows on /ws is in asyncapi.yaml")
    void knowsEveryTypeInTheDocumentation() throws IOException {
        String section = Files.readString(Path.of("docs/protocol.md")).split("(?m)^## The socket /ws$")[1];
        Set<String> types =
                new TreeSet<>(found(Pattern.compile("(?m)(?:^|`)\\{(?:\"id\":\\d+,)?\"type\":\"(\\w+)\""), section));
        Set<String> described = new TreeSet<>(found(Pattern.compile("\\{const: (\\w+)}"), text));
        assertThat(described).containsAll(types);
    }
}
