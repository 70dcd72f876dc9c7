package io.synapse.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.config.ConfigException;
import io.synapse.protocol.RawJson;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolRegistryTest {

    private static final Set<String> ROLES = Set.of("synapse-user", "synapse-admin");
    private static final String ANY = "{\"type\":\"object\"}";

    private static ToolRegistry registry(FakeTool... tools) {
        return new ToolRegistry(List.of(tools), Map.of(), ROLES, 1 << 20);
    }

    private static FakeTool named(String name) {
        return new FakeTool(name, "Fakes.", ANY, Set.of("synapse-user"));
    }

    @ParameterizedTest
    @DisplayName("M10: a tool whose schema is broken is named at the start, and what is wrong with it is told")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "no JSON | not JSON",
                "[] | not an object",
                "true | not an object",
                "{} {} | something follows",
                "{} | its type must be object",
                "{'type':'string'} | its type must be object",
                "{'type':'object','properties':5} | inputSchema/properties: integer found, object expected",
                "{'type':'object','properties':{'a':{'type':'text'}}} | inputSchema/properties/a/type",
                "{'type':'object','required':'a'} | inputSchema/required",
                "{'type':'object','properties':{'a':{'minimum':'1'}}} | inputSchema/properties/a/minimum",
                "{'type':'object','properties':{'a':{'$ref':'#/$defs/none'}}} | none",
                "{'type':'object','properties':{'a':{'$ref':'https://127.0.0.1:1/x.json'}}} | 127.0.0.1",
                "{'type':'object','properties':{'a':{'$ref':'file:///etc/passwd'}}} | passwd",
                "{'type':'object','$schema':'https://example.com/own'} | example.com",
                "{'type':'object','properties':{'a':{'pattern':'('}}} | must be a valid ECMA-262 regular expression",
                "{'type':'object','allOf':[{'$ref':'#'}]} | itself without end"
            })
    void refusesBrokenSchemas(String schema, String problem) {
        assertThatThrownBy(() -> registry(FakeTool.of(schema.replace('\'', '"'))))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("tool fake: the input schema")
                .hasMessageContaining(problem);
    }

    @Test
    @DisplayName("M10: a schema may refer to itself where arguments come to an end, and may be of an older draft")
    void takesSchemas() {
        registry(
                FakeTool.of(
                        "{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#\"},\"n\":{\"$ref\":\"#/$defs/n\"}},\"$defs\":{\"n\":{\"type\":\"integer\"}}}"));
        registry(FakeTool.of("{\"type\":\"object\",\"$schema\":\"http://json-schema.org/draft-07/schema#\"}"));
    }

    @ParameterizedTest
    @DisplayName("M10: a name that is none keeps the application from starting")
    @ValueSource(strings = {"", "two words", "a/b", "ü", "x\n"})
    void refusesNames(String name) {
        assertThatThrownBy(() -> registry(named(name)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("the name must be");
        assertThatThrownBy(() -> registry(named("x".repeat(65)))).hasMessageContaining("the name must be");
    }

    @Test
    @DisplayName("M10: two tools with one name, unknown roles, no description, too many: each is told at the start")
    void refusesWhatCannotBeOffered() {
        assertThatThrownBy(() -> registry(named("a"), named("b"), named("a")))
                .hasMessage("tool a: two tools have this name");
        assertThatThrownBy(() -> registry(new FakeTool("a", "Fakes.", ANY, Set.of("boss"))))
                .hasMessageStartingWith("tool a: the roles are [boss]");
        assertThatThrownBy(() -> registry(new FakeTool("a", " ", ANY, ROLES)))
                .hasMessageStartingWith("tool a: the description");
        assertThatThrownBy(() -> registry(new FakeTool("a", "Fakes.", null, ROLES)))
                .hasMessageStartingWith("tool a: the input schema");
        assertThatThrownBy(() -> new ToolRegistry(List.of(named("a"), named("b")), Map.of(), ROLES, 100))
                .hasMessage("tools: the list of all has more than 100 bytes");
    }

    @Test
    @DisplayName("M10: the list has names, descriptions and schemas of what one may call, in order")
    void lists() {
        ToolRegistry tools =
                registry(named("b"), new FakeTool("a", "Runs it.", ANY, Set.of("synapse-admin")), named("c"));

        assertThat(RawJson.of(tools.list(ROLES)).text())
                .isEqualTo("{\"tools\":[{\"name\":\"a\",\"description\":\"Runs it.\",\"input_schema\":" + ANY
                        + "},{\"name\":\"b\",\"description\":\"Fakes.\",\"input_schema\":" + ANY
                        + "},{\"name\":\"c\",\"description\":\"Fakes.\",\"input_schema\":" + ANY + "}]}");
        assertThat(tools.all(Set.of("synapse-user")))
                .extracting(RegisteredTool::name)
                .containsExactly("b", "c");
        assertThat(tools.all(Set.of())).isEmpty();
        assertThat(tools.find("c")).isPresent();
        assertThat(tools.find("C")).isEmpty();
    }
}
