package io.synapse.routing;

import static io.synapse.routing.SessionFixture.identity;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.routing.SessionFixture.Phoenix;
import io.synapse.routing.SessionFixture.Plain;
import io.synapse.security.Role;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tools on both sockets, without a server. */
@Timeout(60)
class ToolsTest {

    private final SessionFixture fixture = new SessionFixture();
    private final Phoenix phoenix = joined(fixture.new Phoenix(identity("u", Role.USER)));

    private static Phoenix joined(Phoenix client) {
        client.say("phx_join", "{\"presence\":false}");
        client.received();
        return client;
    }

    private static String call(String arguments, String more) {
        return "{\"name\":\"probe\",\"ref\":\"t1\",\"args\":" + arguments.replace('\'', '"') + more + "}";
    }

    /** What comes for a call: event and payload of each frame. */
    private List<String> called(String payload) {
        phoenix.received();
        phoenix.say("tool", payload);
        return told();
    }

    private List<String> told() {
        return phoenix.received().stream()
                .map(frame -> frame.get(3).asText() + " "
                        + frame.get(4).toString().replaceAll("\"(timestamp|latency_ms)\":\\d+", "\"$1\":0"))
                .toList();
    }

    private JsonNode result() {
        return phoenix.received().stream()
                .filter(frame -> frame.get(3).asText().equals("result"))
                .findFirst()
                .orElseThrow()
                .get(4);
    }

    @Test
    @DisplayName("M10: a call is answered, tells its progress, and ends with a result")
    void goesAsDocumented() {
        assertThat(called(call("{'do':'count','to':2}", "")))
                .containsExactly(
                        "phx_reply {\"status\":\"ok\",\"response\":{\"ref\":\"t1\",\"status\":\"processing\"}}",
                        "progress {\"ref\":\"t1\",\"seq\":1,\"percent\":50,\"message\":\"at 1\",\"timestamp\":0}",
                        "progress {\"ref\":\"t1\",\"seq\":2,\"percent\":100,\"message\":\"at 2\",\"timestamp\":0}",
                        "result {\"ref\":\"t1\",\"status\":\"success\",\"data\":{\"counted\":2},\"latency_ms\":0,\"last_seq\":2}");
    }

    @Test
    @DisplayName("M10 K3: the same on /ws")
    void goesAsDocumentedOnTheOtherSocket() {
        Plain plain = fixture.new Plain(identity("u", Role.USER));
        plain.received();
        plain.say(
                "{\"id\":3,\"type\":\"tool\",\"name\":\"probe\",\"ref\":\"t2\",\"args\":{\"do\":\"count\",\"to\":1}}");

        assertThat(plain.received())
                .extracting(frame -> frame.toString().replaceAll("\"(timestamp|latency_ms)\":\\d+", "\"$1\":0"))
                .containsExactly(
                        "{\"type\":\"response\",\"id\":3,\"result\":{\"ref\":\"t2\",\"status\":\"processing\"}}",
                        "{\"type\":\"progress\",\"ref\":\"t2\",\"seq\":1,\"percent\":100,\"message\":\"at 1\",\"timestamp\":0}",
                        "{\"type\":\"result\",\"ref\":\"t2\",\"status\":\"success\",\"data\":{\"counted\":1},\"latency_ms\":0,\"last_seq\":1}");
    }

    @ParameterizedTest
    @DisplayName(
            "M10: an unknown tool, arguments that break the schema and a tool for others are refused, each clearly")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'name':'none','ref':'r','args':{}} | {'reason':'unknown tool','ref':'r','tool':'none'}",
                "{'name':'probe-admin','ref':'r','args':{}} | {'reason':'forbidden','ref':'r','tool':'probe-admin'}",
                "{'name':'probe','ref':'r','args':{'do':'count','to':-1}} | {'reason':'invalid arguments','ref':'r','tool':'probe','detail':'args/to: must have a minimum value of 0'}",
                "{'name':'probe','ref':'r'} | {'reason':'invalid arguments','ref':'r','tool':'probe','detail':'args: required property `do` not found'}",
                "{'name':'probe','ref':'r','args':{'do':'echo','more':1e999999999}} | {'reason':'invalid arguments','ref':'r','tool':'probe','detail':'args: a number is too large'}",
                "{'name':'probe','ref':'r','args':[]} | {'reason':'invalid field','detail':'args must be an object'}",
                "{'name':'probe','ref':'r','args':null} | {'reason':'invalid field','detail':'args must be an object'}",
                "{'name':5,'ref':'r'} | {'reason':'missing required fields: name, ref','detail':'missing, empty, too long or not text: name'}",
                "{} | {'reason':'missing required fields: name, ref','detail':'missing, empty, too long or not text: name, ref'}",
                "{'name':'probe','ref':'r','args':{},'timeout':0} | {'reason':'invalid field','detail':'timeout must be within 1 and 86400000'}"
            })
    void refuses(String payload, String error) {
        String wanted = error.replace('\'', '"').replace('`', '\'');
        assertThat(called(payload.replace('\'', '"')))
                .containsExactly("phx_reply {\"status\":\"error\",\"response\":" + wanted + "}", "error " + wanted);
    }

    @Test
    @DisplayName("M10 K3: on /ws these are errors of the client's, and a tool for others is refused")
    void refusesOnTheOtherSocket() {
        Plain plain = fixture.new Plain(identity("u", Role.USER));
        assertThat(plain.ask("{\"type\":\"tool\",\"name\":\"none\",\"ref\":\"r\"}")
                        .path("code")
                        .asInt())
                .isEqualTo(-32602);
        assertThat(plain.ask("{\"type\":\"tool\",\"name\":\"probe\",\"ref\":\"r\"}")
                        .path("code")
                        .asInt())
                .isEqualTo(-32602);
        assertThat(plain.ask("{\"type\":\"tool\",\"name\":\"probe-admin\",\"ref\":\"r\"}")
                        .path("code")
                        .asInt())
                .isEqualTo(-32000);
    }

    @ParameterizedTest
    @DisplayName("M10: a tool that fails ends its call with an error, and tells what the client may know")
    @CsvSource({
        "throw,tool_failure",
        "error,tool_failure",
        "nothing,tool_failure",
        "null,tool_failure",
        "fail,no_such_city",
    })
    void fails(String what, String reason) {
        phoenix.say("tool", call("{'do':'" + what + "'}", ""));
        JsonNode result = result();

        assertThat(result.path("status").asText()).isEqualTo("error");
        assertThat(result.at("/data/reason").asText()).isEqualTo(reason);
        assertThat(result.toString()).doesNotContain("secret");
        // And nothing else is touched.
        assertThat(phoenix.ask("tools", "{}").get("tools")).isNotEmpty();
    }

    @Test
    @DisplayName("M10: an answer or a progress past the bounds ends the call with output_limit")
    void isBounded() {
        phoenix.say("tool", call("{'do':'large','to':1500000}", ""));
        assertThat(result().at("/data/reason").asText()).isEqualTo("output_limit");
        phoenix.say("tool", "{\"name\":\"probe\",\"ref\":\"t3\",\"args\":{\"do\":\"count\",\"to\":101}}");
        JsonNode result = result();
        assertThat(result.at("/data/reason").asText()).isEqualTo("output_limit");
        assertThat(result.path("last_seq").asInt()).isEqualTo(100);
    }

    @Test
    @DisplayName("M10: a call times out")
    void timesOut() {
        phoenix.say("tool", call("{'do':'wait'}", ",\"timeout\":500"));
        phoenix.received();
        fixture.timers.advance(Duration.ofMillis(500));
        assertThat(result().path("status").asText()).isEqualTo("timeout");
    }

    @Test
    @DisplayName("M10 M5: interrupt stops a call, and says so before the result")
    void stops() {
        phoenix.say("tool", call("{'do':'wait'}", ""));
        phoenix.received();
        phoenix.say("interrupt", "{\"ref\":\"t1\",\"reason\":\"enough\"}");

        assertThat(told())
                .containsExactly(
                        "phx_reply {\"status\":\"ok\",\"response\":{\"ref\":\"t1\",\"stopped\":true,\"stopped_after_ms\":0,\"last_seq\":1}}",
                        "interrupted {\"ref\":\"t1\",\"reason\":\"enough\"}",
                        "result {\"ref\":\"t1\",\"status\":\"interrupted\",\"data\":{\"reason\":\"enough\"},\"latency_ms\":0,\"last_seq\":1,\"truncated_at_seq\":1}");
    }

    @Test
    @DisplayName("M10 M8: the same call again attaches, however it is laid out; another one under its ref does not")
    void attaches() {
        phoenix.say("tool", call("{'do':'count','to':1}", ""));
        assertThat(called(call("{ 'do' : 'count', 'to' : 1 }", ",\"after_seq\":1")))
                .containsExactly(
                        "phx_reply {\"status\":\"ok\",\"response\":{\"ref\":\"t1\",\"status\":\"processing\",\"attached\":true}}",
                        "result {\"ref\":\"t1\",\"status\":\"success\",\"data\":{\"counted\":1},\"latency_ms\":0,\"last_seq\":1}");
        assertThat(called(call("{'do':'count','to':2}", "")).get(0)).contains("ref_in_use");
        // Nor does a question with the words of the arguments.
        assertThat(phoenix.ask("query", "{\"q\":\"{\\\"do\\\":\\\"count\\\",\\\"to\\\":1}\",\"ref\":\"t1\"}")
                        .path("reason")
                        .asText())
                .isEqualTo("ref_in_use");
    }

    @Test
    @DisplayName("M10 M8: progress can be read again from any position, by another socket too")
    void resumes() {
        phoenix.say("tool", call("{'do':'count','to':3}", ""));
        Plain plain = fixture.new Plain(identity("u", Role.USER));
        plain.say("{\"type\":\"resume\",\"agent\":\"a\",\"ref\":\"t1\",\"after_seq\":1}");

        assertThat(plain.received())
                .extracting(
                        frame -> frame.path("type").asText() + frame.path("seq").asText())
                .containsSubsequence("progress2", "progress3", "result");
    }

    @Test
    @DisplayName("M10: tools lists what the one who asks may call, and no more")
    void lists() {
        assertThat(phoenix.ask("tools", "{}").get("tools"))
                .extracting(tool -> tool.path("name").asText())
                .containsExactly("probe");
        Plain admin = fixture.new Plain(identity("a", Role.ADMIN, Role.USER));
        JsonNode tools = admin.ask("{\"id\":1,\"type\":\"tools\"}").at("/result/tools");
        assertThat(tools).extracting(tool -> tool.path("name").asText()).containsExactly("probe", "probe-admin");
        assertThat(tools.get(0).path("description").asText()).isEqualTo("Does what a test wants.");
        assertThat(tools.get(0).at("/input_schema/required/0").asText()).isEqualTo("do");
        admin.received();
        admin.say("{\"type\":\"tool\",\"name\":\"probe-admin\",\"ref\":\"r\"}");
        assertThat(admin.events()).endsWith("result r");
        assertThat(fixture.new Plain(identity("n")).ask("{\"type\":\"tools\"}").at("/result/tools"))
                .isEmpty();
    }

    @Test
    @DisplayName("M10: a tool gets its arguments as the client sent them")
    void passesArguments() {
        phoenix.say(
                "tool",
                call("{'do':'echo','more':{'a':[1,2.5,null,true,'\\u0000<script>'],'n':123456789012345678901}}", ""));
        assertThat(result().get("data").toString())
                .isEqualTo("{\"do\":\"echo\",\"more\":{\"a\":[1,2.5,null,true,\"\\u0000<script>\"],"
                        + "\"n\":123456789012345678901}}");
    }

    @Test
    @DisplayName("M4: progress of an engine is a thought, as before")
    void isAThoughtOfAnEngine() throws Exception {
        phoenix.say("query", "{\"q\":\"w\",\"ref\":\"q\"}");
        phoenix.received();
        fixture.asked.progress("w", 40, "reading");
        assertThat(told())
                .containsExactly(
                        "thought {\"ref\":\"q\",\"seq\":1,\"type\":\"progress\",\"content\":\"40% reading\",\"timestamp\":0}");
    }
}
