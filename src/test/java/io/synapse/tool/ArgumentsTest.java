package io.synapse.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.protocol.JsonValues;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentsTest {

    static final String SCHEMA = """
            {"type":"object",
             "properties":{
               "city":{"type":"string","minLength":2,"pattern":"^[A-Z]"},
               "days":{"type":"integer","minimum":1,"maximum":14},
               "share":{"type":"number","multipleOf":0.5},
               "unit":{"enum":["metric","imperial"]},
               "from":{"type":"string","format":"date-time"},
               "tags":{"type":"array","items":{"type":"string"},"maxItems":3,"uniqueItems":true},
               "place":{"anyOf":[{"type":"null"},{"type":"object","required":["lat"]}]}},
             "required":["city"],
             "additionalProperties":false}
            """;

    private final RegisteredTool tool = tool(SCHEMA);

    static RegisteredTool tool(String schema) {
        return new ToolRegistry(List.of(FakeTool.of(schema)), Map.of(), Set.of("synapse-user"), 1 << 20)
                .find("fake")
                .orElseThrow();
    }

    private Optional<String> problem(String arguments) {
        return tool.problem(JsonValues.object(arguments.replace('\'', '"'), 64));
    }

    @ParameterizedTest
    @DisplayName("M10: arguments that break the schema are told by their place and what was expected")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{} | args: required property 'city' not found",
                "{'city':5} | args/city: integer found, string expected",
                "{'city':'B'} | args/city: must be at least 2 characters long",
                "{'city':'bonn'} | args/city: does not match the regex pattern ^[A-Z]",
                "{'city':'Bonn','days':0} | args/days: must have a minimum value of 1",
                "{'city':'Bonn','days':1.5} | args/days: number found, integer expected",
                "{'city':'Bonn','days':99999999999999999999999999} | args/days: must have a maximum value of 14",
                "{'city':'Bonn','share':0.7} | args/share: must be multiple of 0.5",
                "{'city':'Bonn','unit':'kelvin'} | args/unit: does not have a value in the enumeration [\"metric\", \"imperial\"]",
                "{'city':'Bonn','from':'yesterday'} | args/from: does not match the date-time pattern",
                "{'city':'Bonn','tags':['a',1]} | args/tags/1: integer found, string expected",
                "{'city':'Bonn','tags':['a','a']} | args/tags: must have only unique items",
                "{'city':'Bonn','place':{}} | args/place",
                "{'city':'Bonn','more':1} | args: property 'more' is not defined"
            })
    void tellsWhatIsWrong(String arguments, String problem) {
        assertThat(problem(arguments).orElseThrow()).startsWith(problem);
    }

    @Test
    @DisplayName("M10: arguments that fit have no problem")
    void takesWhatFits() {
        assertThat(problem("{'city':'Bonn','days':2.0,'share':1e0,'unit':'metric','tags':[],'place':null,"
                        + "'from':'2025-01-01T00:00:00Z'}"))
                .isEmpty();
    }

    @Test
    @DisplayName("M10: what is told of hostile arguments is short, and the value of a field is not in it")
    void saysLittle() {
        String secret = "s3cr3t" + "x".repeat(100_000);
        for (String arguments : List.of(
                "{'city':'" + secret + "'}",
                "{'city':'Bonn','unit':'" + secret + "'}",
                "{'city':'Bonn','from':'" + secret + "'}",
                "{'city':'Bonn','days':'" + secret + "'}",
                "{'city':'Bonn','tags':['" + secret + "','" + secret + "']}",
                "{'city':'Bonn','place':'" + secret + "'}")) {
            assertThat(problem(arguments).orElseThrow())
                    .hasSizeLessThanOrEqualTo(300)
                    .doesNotContain("s3cr3t");
        }
        assertThat(problem("{'city':'Bonn','" + "n".repeat(1000) + "':1}").orElseThrow())
                .hasSize(300)
                .endsWith("…");
    }

    @Test
    @DisplayName("M10: a list with very many wrong entries is wrong once, and soon")
    void stopsAtTheFirst() {
        String many =
                String.join(",", IntStream.range(0, 200_000).mapToObj(i -> "1").toList());
        String items = "{'type':'object','properties':{'tags':{'items':{'type':'string'}}}}".replace('\'', '"');

        assertThat(tool(items).problem(JsonValues.object("{\"tags\":[" + many + "]}", 64)))
                .contains("args/tags/0: integer found, string expected");
    }
}
