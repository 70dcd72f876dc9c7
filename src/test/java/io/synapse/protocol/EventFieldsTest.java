package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.protocol.ClientMessage.Interrupt;
import io.synapse.protocol.ClientMessage.Join;
import io.synapse.protocol.ClientMessage.JoinPresence;
import io.synapse.protocol.ClientMessage.Ping;
import io.synapse.protocol.ClientMessage.Presence;
import io.synapse.protocol.ClientMessage.PresenceUpdate;
import io.synapse.protocol.ClientMessage.Query;
import io.synapse.protocol.ClientMessage.Resume;
import io.synapse.protocol.PhoenixCodec.Version;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each event's payload must hold, and what is said when it does not. */
@Tag("M5")
class EventFieldsTest {

    private static final Address ADDRESS = new Address(Ref.of("1"), Ref.of("2"), "cortex:a");

    private final PhoenixCodec codec = new PhoenixCodecs(64, 1 << 20).open(Version.V2);

    private Inbound decode(String event, String payload) {
        return codec.decode("[\"1\",\"2\",\"cortex:a\",\"" + event + "\"," + payload + "]");
    }

    private void assertInvalid(String event, String payload, String reason, String detail) {
        Invalid.Kind kind = event.equals("phx_join") ? Invalid.Kind.JOIN : Invalid.Kind.PAYLOAD;
        assertThat(decode(event, payload)).isEqualTo(new Invalid(ADDRESS, kind, reason, detail));
    }

    @Test
    void aQueryWithEverythingItCanHave() {
        assertThat(decode(
                        "query",
                        "{\"q\":\"why?\",\"ref\":\"r\",\"priority\":9,\"timeout\":86400000,\"pace\":0.5,"
                                + "\"on_disconnect\":\"cancel_after(1500)\",\"after_seq\":7,\"snapshot\":true,\"traceparent\":\"00-ab\","
                                + "\"extra\":{\"a\":[1]}}"))
                .isEqualTo(new Query(
                        ADDRESS,
                        "r",
                        "why?",
                        OptionalInt.of(9),
                        OptionalLong.of(86_400_000),
                        OptionalDouble.of(0.5),
                        OnDisconnect.cancelAfter(Duration.ofMillis(1500)),
                        7,
                        true,
                        Optional.of("00-ab"),
                        Optional.empty()));
    }

    @Test
    void aQueryWithOnlyWhatItMustHave() {
        assertThat(decode("query", "{\"q\":\"why?\",\"ref\":\"r\"}"))
                .isEqualTo(new Query(
                        ADDRESS,
                        "r",
                        "why?",
                        OptionalInt.empty(),
                        OptionalLong.empty(),
                        OptionalDouble.empty(),
                        OnDisconnect.CONTINUE,
                        0,
                        false,
                        Optional.empty(),
                        Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"priority\":null",
                "\"timeout\":null",
                "\"pace\":null",
                "\"on_disconnect\":null",
                "\"after_seq\":null"
            })
    void aNullIsAsGoodAsNothing(String field) {
        assertThat(decode("query", "{\"q\":\"why?\",\"ref\":\"r\"," + field + "}"))
                .isEqualTo(decode("query", "{\"q\":\"why?\",\"ref\":\"r\"}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                  | q, ref",
                "null                                | q, ref",
                "{\"q\":\"a\"}                       | ref",
                "{\"ref\":\"a\"}                     | q",
                "{\"q\":\"\",\"ref\":\"r\"}          | q",
                "{\"q\":\" \\t\\n\",\"ref\":\"r\"}   | q",
                "{\"q\":null,\"ref\":null}           | q, ref",
                "{\"q\":5,\"ref\":\"r\"}             | q",
                "{\"q\":[\"a\"],\"ref\":\"r\"}       | q",
                "{\"q\":{\"a\":1},\"ref\":\"r\"}     | q",
                "{\"q\":\"a\",\"ref\":5}             | ref",
                "{\"q\":true,\"ref\":false}          | q, ref",
                "{\"Q\":\"a\",\"REF\":\"r\"}         | q, ref"
            })
    void aQueryWithoutQuestionOrRefSaysSoInFixedWords(String payload, String wrong) {
        assertInvalid(
                "query", payload, "missing required fields: q, ref", "missing, empty, too long or not text: " + wrong);
    }

    @Test
    void aRefOfAQueryHas128CharactersAtMost() {
        assertThat(decode("query", "{\"q\":\"a\",\"ref\":\"" + "r".repeat(128) + "\"}"))
                .isInstanceOf(Query.class);
        assertInvalid(
                "query",
                "{\"q\":\"a\",\"ref\":\"" + "r".repeat(129) + "\"}",
                "missing required fields: q, ref",
                "missing, empty, too long or not text: ref");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "priority      | 10                    | priority must be within 0 and 9",
                "priority      | -1                    | priority must be within 0 and 9",
                "priority      | 1.0                   | priority must be a whole number",
                "priority      | \"5\"                 | priority must be a whole number",
                "priority      | 99999999999999999999  | priority must be a whole number",
                "priority      | [5]                   | priority must be a whole number",
                "timeout       | 0                     | timeout must be within 1 and 86400000",
                "timeout       | 86400001              | timeout must be within 1 and 86400000",
                "timeout       | 1e3                   | timeout must be a whole number",
                "timeout       | true                  | timeout must be a whole number",
                "pace          | -0.1                  | pace must be within 0.0 and 100000.0",
                "pace          | 100001                | pace must be within 0.0 and 100000.0",
                "pace          | 1e999                 | pace must be within 0.0 and 100000.0",
                "pace          | \"fast\"              | pace must be a number",
                "after_seq     | -1                    | after_seq must be within 0 and 9223372036854775807",
                "after_seq     | \"1\"                 | after_seq must be a whole number",
                "on_disconnect | \"stop\"              | on_disconnect must be continue, cancel or cancel_after(milliseconds)",
                "on_disconnect | \"cancel_after()\"    | on_disconnect must be continue, cancel or cancel_after(milliseconds)",
                "on_disconnect | \"cancel_after(-1)\"  | on_disconnect must be continue, cancel or cancel_after(milliseconds)",
                "on_disconnect | \"cancel_after(999999999)\" | on_disconnect must be continue, cancel or cancel_after(milliseconds)",
                "on_disconnect | 5                     | on_disconnect must be text",
                "traceparent   | {}                    | traceparent must be text"
            })
    void aFieldOfAQueryThatIsWrongIsNamed(String field, String value, String detail) {
        assertInvalid("query", "{\"q\":\"a\",\"ref\":\"r\",\"" + field + "\":" + value + "}", "invalid field", detail);
    }

    @Test
    void aTraceparentHas128CharactersAtMost() {
        assertInvalid(
                "query",
                "{\"q\":\"a\",\"ref\":\"r\",\"traceparent\":\"" + "t".repeat(129) + "\"}",
                "invalid field",
                "traceparent must have at most 128 characters");
    }

    @ParameterizedTest
    @CsvSource({"continue, -1", "cancel, 0", "cancel_after(0), 0", "cancel_after(99999999), 99999999"})
    void theRulesForADisconnect(String rule, long millis) {
        Query query = (Query) decode("query", "{\"q\":\"a\",\"ref\":\"r\",\"on_disconnect\":\"" + rule + "\"}");
        assertThat(query.onDisconnect())
                .isEqualTo(millis < 0 ? OnDisconnect.CONTINUE : OnDisconnect.cancelAfter(Duration.ofMillis(millis)));
    }

    @Test
    void aJoinWithEverythingItCanHave() {
        assertThat(decode(
                        "phx_join", "{\"api_key\":\"k\",\"thoughts\":\"nested\",\"query_id\":\"q1\",\"after_seq\":3}"))
                .isEqualTo(new Join(
                        ADDRESS, Optional.of("k"), true, Optional.of("q1"), 3, JoinPresence.DEFAULT, Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"token\":\"t\"} | t",
                "{\"api_key\":\"k\",\"token\":\"t\"} | k",
                "{\"api_key\":null,\"token\":\"t\"} | t"
            })
    void aJoinTakesAnApiKeyOrElseAToken(String payload, String credential) {
        assertThat(((Join) decode("phx_join", payload)).credential()).contains(credential);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "api_key   | 5          | api_key must be text",
                "token     | [\"t\"]    | token must be text",
                "thoughts  | \"deep\"   | thoughts must be flat or nested",
                "thoughts  | 1          | thoughts must be text",
                "query_id  | 5          | query_id must be text",
                "after_seq | 1.5        | after_seq must be a whole number"
            })
    void aFieldOfAJoinThatIsWrongIsNamed(String field, String value, String detail) {
        assertInvalid("phx_join", "{\"" + field + "\":" + value + "}", "invalid field", detail);
    }

    @Test
    void aCredentialHas8192CharactersAtMostAndIsNotRepeated() {
        assertInvalid(
                "phx_join",
                "{\"token\":\"" + "t".repeat(8193) + "\"}",
                "invalid field",
                "token must have at most 8192 characters");
    }

    @Test
    void anInterruptHasAReasonOrGetsOne() {
        assertThat(decode("interrupt", "{\"ref\":\"r\",\"reason\":\"enough\"}"))
                .isEqualTo(new Interrupt(ADDRESS, "r", "enough"));
        assertThat(decode("interrupt", "{\"ref\":\"r\"}")).isEqualTo(new Interrupt(ADDRESS, "r", "user requested"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"interrupt", "resume"})
    void aRefMustBeThere(String event) {
        for (String payload : new String[] {"{}", "null", "{\"ref\":\"\"}", "{\"ref\":5}", "{\"ref\":[]}"}) {
            assertInvalid(event, payload, "missing required fields: ref", "");
        }
    }

    @Test
    void theReasonOfAnInterruptHas256CharactersAtMost() {
        assertInvalid(
                "interrupt",
                "{\"ref\":\"r\",\"reason\":\"" + "x".repeat(257) + "\"}",
                "invalid field",
                "reason must have at most 256 characters");
    }

    @Test
    void aResumeBeginsWhereItSays() {
        assertThat(decode("resume", "{\"ref\":\"r\",\"after_seq\":9223372036854775807,\"snapshot\":true}"))
                .isEqualTo(new Resume(ADDRESS, "r", Long.MAX_VALUE, true));
        assertThat(decode("resume", "{\"ref\":\"r\"}")).isEqualTo(new Resume(ADDRESS, "r", 0, false));
    }

    @Test
    void aPingOfJsonCarriesNoData() {
        assertThat(decode("ping", "{}")).isEqualTo(new Ping(ADDRESS, null));
    }

    @Test
    void anUnknownEventIsShownShortened() {
        assertThat(decode("shutdown", "{}"))
                .isEqualTo(new Invalid(ADDRESS, Invalid.Kind.EVENT, "unknown event", "shutdown"));
        assertThat(((Invalid) decode("x".repeat(100), "{}")).detail()).isEqualTo("x".repeat(64) + "…");
    }

    @ParameterizedTest
    @ValueSource(strings = {"phx_reply", "phx_error", "phx_close", "thought", "result", "Query", "query ", ""})
    void whatOnlyTheServerSaysIsNoEventOfAClient(String event) {
        assertThat(decode(event, "{}")).isEqualTo(new Invalid(ADDRESS, Invalid.Kind.EVENT, "unknown event", event));
    }

    @ParameterizedTest
    @Tag("M18")
    @ValueSource(
            strings = {
                "'; DROP TABLE queries; --",
                "<script>alert(1)</script>",
                "../../etc/passwd",
                "$(rm -rf /)",
                "\u001b[31mred\u001b[0m",
                "nul\u0000nul",
                "${jndi:ldap://x}",
                "\ud800 half",
                "\u202egnp.exe",
                "\\\"],[null"
            })
    void injectionsAreText(String text) {
        Query query =
                (Query) decode("query", "{\"q\":" + JsonText.quoted(text) + ",\"ref\":" + JsonText.quoted(text) + "}");
        assertThat(query.question()).isEqualTo(text);
        assertThat(query.ref()).isEqualTo(text);
    }

    @Test
    @Tag("M11")
    void whatAJoinSaysAboutPresence() {
        Join join = (Join) decode("phx_join", "{\"presence_key\":\"ann\",\"presence\":false}");
        assertThat(join.presence()).isEqualTo(new JoinPresence(false, Optional.of("ann")));
        assertInvalid("phx_join", "{\"presence\":1}", "invalid field", "presence must be true or false");
        assertInvalid("phx_join", "{\"presence_key\":7}", "invalid field", "presence_key must be text");
        assertInvalid(
                "phx_join", "{\"presence_key\":\"\"}", "invalid field", "presence_key must have 1 to 128 characters");
        assertInvalid(
                "phx_join",
                "{\"presence_key\":\"" + "x".repeat(129) + "\"}",
                "invalid field",
                "presence_key must have at most 128 characters");
        assertInvalid(
                "phx_join",
                "{\"presence_key\":\"a\\u0007\"}",
                "invalid field",
                "presence_key must have no control characters");
    }

    @ParameterizedTest
    @Tag("M11")
    @ValueSource(strings = {"__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"})
    void aPresenceKeyThatClientsStumbleOver(String key) {
        assertInvalid(
                "phx_join",
                "{\"presence_key\":\"" + key + "\"}",
                "invalid field",
                "presence_key must not be a name that JavaScript objects have: " + key);
    }

    @Test
    @Tag("M11")
    void presence() {
        assertThat(decode("presence", "{}")).isEqualTo(new Presence(ADDRESS, Optional.empty(), false));
        assertThat(decode("presence", "{\"agent\":\"b\",\"counts\":true}"))
                .isEqualTo(new Presence(ADDRESS, Optional.of("b"), true));
        assertInvalid("presence", "{\"counts\":\"yes\"}", "invalid field", "counts must be true or false");
        assertThat(decode("presence_update", "{\"status\":\"busy\",\"load\":1}"))
                .isEqualTo(new PresenceUpdate(ADDRESS, Optional.of("busy"), OptionalDouble.of(1)));
        assertInvalid("presence_update", "{}", "invalid field", "status or load must be there");
        assertInvalid("presence_update", "{\"load\":1.01}", "invalid field", "load must be within 0.0 and 1.0");
        assertInvalid("presence_update", "{\"load\":\"1\"}", "invalid field", "load must be a number");
        assertInvalid(
                "presence_update",
                "{\"status\":\"" + "s".repeat(33) + "\"}",
                "invalid field",
                "status must have at most 32 characters");
        for (String bad : new String[] {"", " ", "a\\n"}) {
            assertInvalid(
                    "presence_update",
                    "{\"status\":\"" + bad + "\"}",
                    "invalid field",
                    "status must be printable text and not blank");
        }
    }
}
