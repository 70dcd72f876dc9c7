package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.protocol.ClientMessage.Heartbeat;
import io.synapse.protocol.ClientMessage.Join;
import io.synapse.protocol.ClientMessage.JoinPresence;
import io.synapse.protocol.ClientMessage.Leave;
import io.synapse.protocol.ClientMessage.Query;
import io.synapse.protocol.PhoenixCodec.Version;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("M1")
class PhoenixCodecTextTest {

    private static final int DEPTH = 64;

    private final PhoenixCodec codec = new PhoenixCodecs(DEPTH, 1 << 20).open(Version.V2);

    private Invalid malformed(String frame) {
        Inbound inbound = codec.decode(frame);
        assertThat(inbound).isInstanceOf(Invalid.class);
        Invalid invalid = (Invalid) inbound;
        assertThat(invalid.kind()).isEqualTo(Invalid.Kind.FRAME);
        assertThat(invalid.reason()).isEqualTo("malformed frame");
        assertThat(invalid.detail()).isNotEmpty().doesNotContain("Source", "line", "fasterxml", "Exception", "token");
        return invalid;
    }

    @Nested
    class V2Arrays {

        @Test
        void readsAJoinOfTheNpmClient() {
            assertThat(codec.decode("[\"3\",\"3\",\"cortex:guide\",\"phx_join\",{\"token\":\"t\"}]"))
                    .isEqualTo(new Join(
                            new Address(Ref.of("3"), Ref.of("3"), "cortex:guide"),
                            Optional.of("t"),
                            false,
                            Optional.empty(),
                            0,
                            JoinPresence.DEFAULT,
                            Optional.empty()));
        }

        @Test
        void readsAHeartbeatOfTheNpmClient() {
            assertThat(codec.decode("[null,\"7\",\"phoenix\",\"heartbeat\",{}]"))
                    .isEqualTo(new Heartbeat(new Address(null, Ref.of("7"), "phoenix")));
        }

        @Test
        void readsALeave() {
            assertThat(codec.decode("[\"3\",\"9\",\"cortex:guide\",\"phx_leave\",{}]"))
                    .isEqualTo(new Leave(new Address(Ref.of("3"), Ref.of("9"), "cortex:guide")));
        }

        @Test
        void ignoresFurtherElements() {
            assertThat(codec.decode("[\"3\",\"9\",\"t\",\"phx_leave\",{},\"more\",[{}],{\"and\":[1]}]"))
                    .isInstanceOf(Leave.class);
        }

        @Test
        void acceptsANullPayload() {
            assertThat(codec.decode("[\"3\",\"9\",\"t\",\"phx_leave\",null]")).isInstanceOf(Leave.class);
        }

        @ParameterizedTest
        @ValueSource(strings = {"[]", "[1,2]", "\"text\"", "5", "true", "[[[]]]"})
        void refusesAPayloadThatIsNoObjectAndKnowsWhereItBelongs(String payload) {
            Invalid invalid = malformed("[\"3\",\"9\",\"t\",\"phx_leave\"," + payload + "]");
            assertThat(invalid.detail()).isEqualTo("payload must be an object");
            assertThat(invalid.address()).isEqualTo(new Address(Ref.of("3"), Ref.of("9"), "t"));
        }

        @Test
        void refusesFourElementsAndKnowsWhereTheyBelong() {
            Invalid invalid = malformed("[\"3\",\"9\",\"t\",\"query\"]");
            assertThat(invalid.detail()).isEqualTo("a frame is [join_ref, ref, topic, event, payload]");
            assertThat(invalid.address()).isEqualTo(new Address(Ref.of("3"), Ref.of("9"), "t"));
        }

        @Test
        void refusesAnEmptyArray() {
            assertThat(malformed("[]").address()).isEqualTo(Address.NONE);
        }

        @Test
        void refusesAMissingTopic() {
            assertThat(malformed("[null,\"1\",null,\"query\",{}]").detail()).isEqualTo("topic must be text");
        }

        @ParameterizedTest
        @ValueSource(strings = {"5", "{}", "[\"t\"]", "true"})
        void refusesATopicThatIsNoText(String topic) {
            Invalid invalid = malformed("[null,\"1\"," + topic + ",\"query\",{}]");
            assertThat(invalid.detail()).isEqualTo("topic must be text");
            assertThat(invalid.address().ref()).isEqualTo(Ref.of("1"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"5", "{}", "[\"query\"]", "null"})
        void refusesAnEventThatIsNoText(String event) {
            assertThat(malformed("[null,\"1\",\"t\"," + event + ",{}]").detail())
                    .isEqualTo("event must be text");
        }

        @Test
        void aTopicHas255CharactersAtMost() {
            assertThat(codec.decode("[null,\"1\",\"" + "t".repeat(255) + "\",\"phx_leave\",{}]"))
                    .isInstanceOf(Leave.class);
            Invalid invalid = malformed("[null,\"1\",\"" + "t".repeat(256) + "\",\"phx_leave\",{}]");
            assertThat(invalid.detail()).isEqualTo("topic must have at most 255 characters");
            assertThat(invalid.address().topic()).isNull();
        }

        @Test
        void anEventHas255CharactersAtMost() {
            assertThat(codec.decode("[null,\"1\",\"t\",\"" + "e".repeat(255) + "\",{}]"))
                    .isInstanceOfSatisfying(
                            Invalid.class,
                            invalid -> assertThat(invalid.reason()).isEqualTo("unknown event"));
            assertThat(malformed("[null,\"1\",\"t\",\"" + "e".repeat(256) + "\",{}]")
                            .detail())
                    .isEqualTo("event must have at most 255 characters");
        }
    }

    @Nested
    class V1Objects {

        @Test
        void readsAQueryOfAHandWrittenClient() {
            Query query = (Query) codec.decode("{\"topic\":\"cortex:guide\",\"event\":\"query\",\"ref\":1,"
                    + "\"payload\":{\"q\":\"What is 2+2?\",\"ref\":\"q1\"}}");
            assertThat(query.address()).isEqualTo(new Address(null, new Ref("1", true), "cortex:guide"));
            assertThat(query.question()).isEqualTo("What is 2+2?");
        }

        @Test
        void readsAQueryThatNamesNoTopic() {
            Query query = (Query) codec.decode("{\"event\":\"query\",\"payload\":{\"q\":\"a\",\"ref\":\"b\"}}");
            assertThat(query.address()).isEqualTo(Address.NONE);
        }

        @Test
        void readsTheJoinRefWhenItIsThere() {
            assertThat(
                            codec.decode(
                                    "{\"join_ref\":\"2\",\"topic\":\"t\",\"event\":\"phx_leave\",\"payload\":{},\"ref\":\"3\"}"))
                    .isEqualTo(new Leave(new Address(Ref.of("2"), Ref.of("3"), "t")));
        }

        @Test
        void ignoresFurtherKeysAndTheirOrder() {
            assertThat(
                            codec.decode(
                                    "{\"x\":[{}],\"payload\":{},\"ref\":\"3\",\"y\":{\"topic\":\"no\"},\"event\":\"phx_leave\",\"topic\":\"t\"}"))
                    .isEqualTo(new Leave(new Address(null, Ref.of("3"), "t")));
        }

        @Test
        void acceptsAMissingPayload() {
            assertThat(codec.decode("{\"topic\":\"t\",\"event\":\"phx_leave\"}"))
                    .isInstanceOf(Leave.class);
        }

        @Test
        void aHeartbeatNeedsNoTopic() {
            assertThat(codec.decode("{\"event\":\"heartbeat\",\"ref\":\"1\"}"))
                    .isEqualTo(new Heartbeat(new Address(null, Ref.of("1"), "phoenix")));
        }

        @Test
        void aHeartbeatOnAnotherTopicIsNoEvent() {
            assertThat(codec.decode("{\"event\":\"heartbeat\",\"topic\":\"t\",\"payload\":{}}"))
                    .isInstanceOfSatisfying(
                            Invalid.class, invalid -> assertThat(invalid.kind()).isEqualTo(Invalid.Kind.EVENT));
        }

        @ParameterizedTest
        @ValueSource(strings = {"{}", "{\"topic\":\"t\",\"payload\":{}}", "{\"ref\":\"1\"}"})
        void refusesAMissingEvent(String frame) {
            assertThat(malformed(frame).detail()).isEqualTo("event is missing");
        }

        @Test
        void ofAKeyThatStandsTwiceTheLastCounts() {
            assertThat(
                            codec.decode(
                                    "{\"topic\":\"a\",\"event\":\"query\",\"topic\":\"b\",\"event\":\"phx_leave\",\"payload\":{}}"))
                    .isEqualTo(new Leave(new Address(null, null, "b")));
        }
    }

    @Nested
    class Refs {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"0\"",
                    "\"a\"",
                    "\"\"",
                    "null",
                    "0",
                    "1",
                    "-0",
                    "12345678901234567890123",
                    "\" \\t\"",
                    "1.5",
                    "1.50",
                    "-0.0",
                    "1e3",
                    "1E+03",
                    "0.1e-400"
                })
        void areEchoedByteForByte(String ref) {
            ClientMessage message = (ClientMessage) codec.decode("[" + ref + "," + ref + ",\"t\",\"phx_leave\",{}]");
            EncodedFrame.Text reply = (EncodedFrame.Text)
                    codec.encode(new ServerMessage.Reply(message.address(), ServerMessage.Status.OK, Body.EMPTY));
            assertThat(reply.text())
                    .isEqualTo("[" + ref + "," + ref + ",\"t\",\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]");
        }

        @Test
        void of300BytesAreEchoed() {
            String ref = "\"" + "é".repeat(150) + "\"";
            ClientMessage message = (ClientMessage) codec.decode("[" + ref + "," + ref + ",\"t\",\"phx_leave\",{}]");
            EncodedFrame.Text reply = (EncodedFrame.Text)
                    codec.encode(new ServerMessage.Reply(message.address(), ServerMessage.Status.OK, Body.EMPTY));
            assertThat(reply.text()).startsWith("[" + ref + "," + ref + ",");
            assertThat(reply.bytes()).isEqualTo(reply.text().getBytes(java.nio.charset.StandardCharsets.UTF_8).length);
        }

        @Test
        void thatAreHalfACharacterAreEchoedAsTheyCame() {
            // A lone surrogate has no UTF-8, so the container used to send a question mark in its place.
            ClientMessage message = (ClientMessage) codec.decode("[\"\\ud83d\",\"x\\ude00\",\"t\",\"phx_leave\",{}]");
            EncodedFrame.Text reply = (EncodedFrame.Text)
                    codec.encode(new ServerMessage.Reply(message.address(), ServerMessage.Status.OK, Body.EMPTY));
            assertThat(reply.text()).startsWith("[\"\\ud83d\",\"x\\ude00\",\"t\",");
            assertThat(reply.bytes()).isEqualTo(reply.text().length());
        }

        @ParameterizedTest
        @ValueSource(strings = {"true", "false", "[]", "{}", "[[1],{\"a\":2}]"})
        void thatAreNeitherTextNorNumberAreRefused(String ref) {
            Invalid invalid = malformed("[null," + ref + ",\"t\",\"phx_leave\",{}]");
            assertThat(invalid.detail()).isEqualTo("ref must be text, a number or null");
            assertThat(invalid.address().topic()).isEqualTo("t");
        }

        @Test
        void have1024CharactersAtMost() {
            assertThat(codec.decode("[null,\"" + "r".repeat(1024) + "\",\"t\",\"phx_leave\",{}]"))
                    .isInstanceOf(Leave.class);
            assertThat(malformed("[null,\"" + "r".repeat(1025) + "\",\"t\",\"phx_leave\",{}]")
                            .detail())
                    .isEqualTo("ref must have at most 1024 characters");
        }
    }

    @Nested
    class Versions {

        @ParameterizedTest
        @CsvSource({"V1", "V2"})
        void theAnnouncedOneCountsUntilTheClientSpeaks(Version announced) {
            assertThat(new PhoenixCodecs(DEPTH, 1000).open(announced).version()).isEqualTo(announced);
        }

        @Test
        void theClientsLastWellFormedFrameDecides() {
            codec.decode("{\"event\":\"heartbeat\"}");
            assertThat(codec.version()).isEqualTo(Version.V1);
            codec.decode("[null,\"1\",\"phoenix\",\"heartbeat\",{}]");
            assertThat(codec.version()).isEqualTo(Version.V2);
            codec.decode(" \n{\"event\":\"phx_leave\",\"topic\":\"t\"}");
            assertThat(codec.version()).isEqualTo(Version.V1);
            codec.decode("[null,\"1\",\"t\",\"no such event\",{}]");
            assertThat(codec.version()).isEqualTo(Version.V2);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{",
                    "{}",
                    "{\"event\":",
                    "{\"event\":5}",
                    "{\"event\":\"heartbeat\",\"payload\":[]}",
                    "{\"event\":\"heartbeat\"} x"
                })
        @DisplayName("M1, M5: a malformed object does not make the server speak objects to a client of arrays")
        void aMalformedFrameChangesNothing(String frame) {
            codec.decode("[null,\"1\",\"phoenix\",\"heartbeat\",{}]");
            malformed(frame);
            assertThat(codec.version()).isEqualTo(Version.V2);
            codec.decode("{\"event\":\"heartbeat\"}");
            malformed("[null,\"1\",\"phoenix\",\"heartbeat\"]");
            assertThat(codec.version()).isEqualTo(Version.V1);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "hello", "5", "\"x\"", "null"})
        void aFrameOfNeitherKindChangesNothing(String frame) {
            codec.decode("{\"event\":\"heartbeat\"}");
            malformed(frame);
            assertThat(codec.version()).isEqualTo(Version.V1);
        }
    }

    @Nested
    @Tag("M5")
    class Nonsense {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    " ",
                    "hello",
                    "null",
                    "5",
                    "\"text\"",
                    "[",
                    "{",
                    "[null,",
                    "{\"event\"",
                    "{\"event\":\"query\"",
                    "[null,\"1\",\"t\",\"phx_leave\",{}",
                    "]",
                    "}",
                    "{]",
                    "[}",
                    "{'event':'query'}",
                    "{event:\"query\"}",
                    "[null,\"1\",\"t\",\"phx_leave\",{},]",
                    "[null,\"1\",\"t\",\"phx_leave\",{\"a\":NaN}]",
                    "[null,\"1\",\"t\",\"phx_leave\",{\"a\":+1}]",
                    "[null,\"1\",\"t\",\"phx_leave\",{\"a\":01}]",
                    "[null,\"1\",\"t\",\"phx_leave\",{\"a\":1.}]",
                    "[null,\"1\",\"t\",\"phx_leave\",{\"a\":\"\u0001\"}]",
                    "[null,\"1\",\"t\",\"phx_leave\",{\"a\":\"\\x\"}]",
                    "[null,\"1\",\"t\",\"phx_leave\",{\"a\":\"\\ud8\"}]",
                    "[null,\"1\",\"t\",\"phx_leave\",{}] // comment",
                    "[null,\"1\",\"t\",\"phx_leave\",{}][]",
                    "[null,\"1\",\"t\",\"phx_leave\",{}]x",
                    "[null,\"1\",\"t\",\"phx_leave\",{}]\u0000",
                    "\u0000[null,\"1\",\"t\",\"phx_leave\",{}]",
                    "\ufeff[null,\"1\",\"t\",\"phx_leave\",{}]",
                    "<script>alert(1)</script>"
                })
        void isAnsweredAndNotThrown(String frame) {
            malformed(frame);
        }

        @Test
        void whiteSpaceAroundAFrameIsJson() {
            assertThat(codec.decode(" \r\n[null,\"1\",\"t\",\"phx_leave\",{}]\t\n"))
                    .isInstanceOf(Leave.class);
        }

        @Test
        void behindAFrameLeavesItsAddressKnown() {
            assertThat(malformed("[\"2\",\"1\",\"t\",\"phx_leave\",{}] []").address())
                    .isEqualTo(new Address(Ref.of("2"), Ref.of("1"), "t"));
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                        ``                                   | a frame is a JSON array or a JSON object
                        hello                                | not JSON: unexpected character near position 0
                        [null,"1","t",nope                   | not JSON: unexpected character near position 14
                        {"event" "query"}                    | not JSON: unexpected character near position 9
                        [null,"1","t","phx_leave",{"a":01}]  | not JSON: unexpected character near position 32
                        [null,"1","t","phx_leave",{"a":"\\x"}]| not JSON: unexpected character near position 33
                        {"event"                             | not JSON: it ends too early
                        [null,"1","t"                        | not JSON: it ends too early
                        """)
        @DisplayName("M5: what is wrong is said in words of the protocol")
        void isToldInOurOwnWords(String frame, String detail) {
            assertThat(malformed(frame).detail()).isEqualTo(detail);
        }

        @Test
        @DisplayName("M5: which bound was passed is said in words of the protocol")
        void overABoundIsToldInOurOwnWords() {
            String frame = "[null,\"1\",\"t\",\"phx_leave\",{%s}]";
            assertThat(malformed(frame.formatted("\"a\":" + "[".repeat(DEPTH))).detail())
                    .isEqualTo("nests deeper than 64");
            assertThat(malformed(frame.formatted("\"a\":" + "9".repeat(65))).detail())
                    .isEqualTo("a number has more than 64 characters");
            assertThat(malformed(frame.formatted('"' + "k".repeat(1025) + "\":1"))
                            .detail())
                    .isEqualTo("a field's name has more than 1024 characters");
        }

        @Test
        void isNotQuoted() {
            assertThat(malformed("x".repeat(100_000)).detail())
                    .doesNotContain("xx")
                    .hasSizeLessThan(100);
        }
    }

    @Nested
    @Tag("M5")
    class Bombs {

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "[null,\"1\",\"t\",\"phx_leave\",{\"a\":%s}]",
                    "{\"event\":\"phx_leave\",\"payload\":{\"a\":%s}}"
                })
        void aPayloadNestsAsDeepAsAllowedAndNoDeeper(String frame) {
            int inside = DEPTH - 1;
            assertThat(codec.decode(frame.formatted("[".repeat(inside) + "]".repeat(inside))))
                    .isInstanceOf(Leave.class);
            assertThat(codec.decode(frame.formatted("{\"a\":".repeat(inside) + "1" + "}".repeat(inside))))
                    .isInstanceOf(Leave.class);
            malformed(frame.formatted("[".repeat(inside + 1) + "]".repeat(inside + 1)));
            malformed(frame.formatted("[".repeat(100_000)));
            malformed(frame.formatted("{\"a\":".repeat(100_000)));
        }

        @Test
        void nestingAnywhereElseIsBoundedToo() {
            malformed("[".repeat(500_000));
            malformed("{\"a\":".repeat(100_000));
            malformed("{\"ref\":" + "[".repeat(100_000));
        }

        @Test
        void aNumberHas64DigitsAtMost() {
            String frame = "[null,\"1\",\"t\",\"phx_leave\",{\"a\":%s}]";
            assertThat(codec.decode(frame.formatted("9".repeat(64)))).isInstanceOf(Leave.class);
            assertThat(codec.decode(frame.formatted("1e" + "9".repeat(60)))).isInstanceOf(Leave.class);
            malformed(frame.formatted("9".repeat(65)));
            malformed(frame.formatted("9".repeat(500_000)));
            malformed(frame.formatted("0." + "9".repeat(500_000)));
            malformed(frame.formatted("1e" + "9".repeat(500_000)));
        }

        @Test
        void aPayloadHas64FieldsAtMost() {
            assertThat(codec.decode(withFields(64))).isInstanceOf(Leave.class);
            assertThat(malformed(withFields(65)).detail()).isEqualTo("a payload has more than 64 fields");
            assertThat(malformed(withFields(50_000)).address().topic()).isEqualTo("t");
        }

        private static String withFields(int count) {
            return IntStream.range(0, count)
                    .mapToObj(i -> "\"k" + i + "\":" + i)
                    .collect(Collectors.joining(",", "[null,\"1\",\"t\",\"phx_leave\",{", "}]"));
        }

        @Test
        void aNameOfAFieldIsBounded() {
            malformed("[null,\"1\",\"t\",\"phx_leave\",{\"" + "k".repeat(100_000) + "\":1}]");
        }

        @Test
        void theSameFieldManyTimesIsOneField() {
            String many = "\"q\":1,".repeat(50_000);
            assertThat(codec.decode("[null,\"1\",\"t\",\"query\",{" + many + "\"q\":\"last\",\"ref\":\"r\"}]"))
                    .isInstanceOfSatisfying(
                            Query.class, query -> assertThat(query.question()).isEqualTo("last"));
        }
    }
}
