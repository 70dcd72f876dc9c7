package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.protocol.PhoenixCodec.Version;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("M1")
class PhoenixCodecEncodeTest {

    private final PhoenixCodecs codecs = new PhoenixCodecs(64, 1 << 20);
    private final PhoenixCodec v1 = codecs.open(Version.V1);
    private final PhoenixCodec v2 = codecs.open(Version.V2);

    private static String text(PhoenixCodec codec, ServerMessage message) {
        EncodedFrame.Text frame = (EncodedFrame.Text) codec.encode(message);
        assertThat(frame.bytes()).isEqualTo(frame.text().getBytes(StandardCharsets.UTF_8).length);
        return frame.text();
    }

    @Nested
    class EveryKind {

        @Test
        void aReply() {
            ServerMessage reply = new ServerMessage.Reply(
                    new Address(Ref.of("3"), Ref.of("4"), "t"),
                    ServerMessage.Status.ERROR,
                    Payloads.error("unauthorized", "", null));
            assertThat(text(v2, reply))
                    .isEqualTo(
                            "[\"3\",\"4\",\"t\",\"phx_reply\",{\"status\":\"error\",\"response\":{\"reason\":\"unauthorized\"}}]");
            assertThat(text(v1, reply))
                    .isEqualTo("{\"topic\":\"t\",\"event\":\"phx_reply\",\"payload\":{\"status\":\"error\","
                            + "\"response\":{\"reason\":\"unauthorized\"}},\"ref\":\"4\"}");
        }

        @Test
        void aReplyToAFrameThatNamedNothing() {
            ServerMessage reply = new ServerMessage.Reply(Address.NONE, ServerMessage.Status.OK, Body.EMPTY);
            assertThat(text(v2, reply)).isEqualTo("[null,null,null,\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]");
            assertThat(text(v1, reply))
                    .isEqualTo(
                            "{\"topic\":null,\"event\":\"phx_reply\",\"payload\":{\"status\":\"ok\",\"response\":{}},\"ref\":null}");
        }

        @Test
        void aPush() {
            ServerMessage push = new ServerMessage.Push(Ref.of("3"), "t", "note", Payloads.of("a", 1));
            assertThat(text(v2, push)).isEqualTo("[\"3\",null,\"t\",\"note\",{\"a\":1}]");
            assertThat(text(v1, push))
                    .isEqualTo("{\"topic\":\"t\",\"event\":\"note\",\"payload\":{\"a\":1},\"ref\":null}");
        }

        @Test
        @DisplayName("G8: a message that only the subscribers of one node got says so")
        void anEventOfOneNode() {
            RawJson payload = RawJson.of(Payloads.of("a", 1));
            ServerMessage local = new ServerMessage.Event("t", "n", "e", 2, true, new Publication("news", payload, 5));
            ServerMessage shared = new ServerMessage.Event("t", "n", "e", 2, new Publication("news", payload, 5));
            assertThat(text(v2, local)).contains("\"message_id\":\"e-2\",\"scope\":\"node\",\"timestamp\":5");
            assertThat(text(v2, shared)).doesNotContain("scope");
        }

        @Test
        void aBroadcast() {
            assertThat(text(v2, new ServerMessage.Push(null, "t", "note", Body.EMPTY)))
                    .isEqualTo("[null,null,\"t\",\"note\",{}]");
        }

        @Test
        void aTopicThatIsClosed() {
            ServerMessage closed = new ServerMessage.TopicClosed(Ref.of("3"), "t");
            assertThat(text(v2, closed)).isEqualTo("[\"3\",\"3\",\"t\",\"phx_close\",{}]");
            assertThat(text(v1, closed))
                    .isEqualTo("{\"topic\":\"t\",\"event\":\"phx_close\",\"payload\":{},\"ref\":\"3\"}");
        }

        @Test
        void aTopicThatCrashed() {
            ServerMessage crashed = new ServerMessage.TopicCrashed(Ref.of("3"), "t", "channel_crash");
            assertThat(text(v2, crashed)).isEqualTo("[\"3\",\"3\",\"t\",\"phx_error\",{\"reason\":\"channel_crash\"}]");
            assertThat(text(v1, crashed))
                    .isEqualTo(
                            "{\"topic\":\"t\",\"event\":\"phx_error\",\"payload\":{\"reason\":\"channel_crash\"},\"ref\":\"3\"}");
        }

        @Test
        void aMessageMayBeWrittenManyTimes() {
            ServerMessage push = new ServerMessage.Push(null, "t", "note", Payloads.of("a", List.of(1)));
            assertThat(text(v2, push)).isEqualTo(text(v2, push));
        }
    }

    @ParameterizedTest
    @Tag("M18")
    @ValueSource(
            strings = {
                "'; DROP TABLE queries; --",
                "\"],[null,null,\"t\",\"phx_close\",{}]",
                "</script><script>alert(1)</script>",
                "../../../etc/passwd\u0000.png",
                "\u001b[2J\u001b]0;owned\u0007",
                "line\r\nline\u2028line\u2029",
                "\\u0022\\\\",
                "$(reboot) `reboot` && reboot",
                "😀 \ud83d half",
                "\ude00\ud83d"
            })
    void injectionsAreInertStrings(String evil) {
        Address address = new Address(Ref.of(evil), Ref.of(evil), evil);
        // JSON allows half a character in a name, but the parser of this test does not.
        String name = StandardCharsets.UTF_8.newEncoder().canEncode(evil) ? evil : "name";
        ServerMessage message = new ServerMessage.Reply(
                address,
                ServerMessage.Status.OK,
                Payloads.result(evil, evil, RawJson.of(Payloads.data(Map.of(name, List.of(evil)), 16)), 1, 2, false));
        for (PhoenixCodec codec : List.of(v1, v2)) {
            String text = ((EncodedFrame.Text) codec.encode(message)).text();
            assertThat(text.chars()).noneMatch(c -> c < ' ');
            // Such text survives the way over the wire: UTF-8 has a word for each of its characters.
            assertThat(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(text);
            Object parsed = JsonText.parse(text);
            Map<String, Object> payload = Map.of(
                    "status",
                    "ok",
                    "response",
                    Map.of(
                            "ref",
                            evil,
                            "status",
                            evil,
                            "data",
                            Map.of(name, List.of(evil)),
                            "latency_ms",
                            1L,
                            "last_seq",
                            2L));
            assertThat(parsed)
                    .isEqualTo(
                            codec == v2
                                    ? List.of(evil, evil, evil, "phx_reply", payload)
                                    : Map.of("topic", evil, "event", "phx_reply", "payload", payload, "ref", evil));
        }
    }

    @Test
    @Tag("B5")
    void aCharacterCutBetweenTwoThoughtsIsWholeAgainAtTheClient() {
        // Engines stream by chars; the container used to send a question mark for each half.
        String first = thought("a\ud83d");
        String second = thought("\ude00b");
        assertThat(first).contains("\"a\\ud83d\"");
        Map<?, ?> one = (Map<?, ?>) ((List<?>) JsonText.parse(first)).get(4);
        Map<?, ?> two = (Map<?, ?>) ((List<?>) JsonText.parse(second)).get(4);
        assertThat("" + one.get("content") + two.get("content")).isEqualTo("a😀b");
    }

    private String thought(String content) {
        return text(
                v2,
                new ServerMessage.Push(
                        null,
                        "t",
                        "thought",
                        Payloads.thought("r", 1, 1, "text", content, OptionalDouble.empty(), 5, false)));
    }

    @Nested
    class Thoughts {

        private String body(OptionalDouble confidence, boolean nested) {
            ServerMessage push = new ServerMessage.Push(
                    null, "t", "thought", Payloads.thought("r", 7, 7, "search", "c", confidence, 123, nested));
            String text = text(v2, push);
            return text.substring("[null,null,\"t\",\"thought\",".length(), text.length() - 1);
        }

        @Test
        void areFlatOrNested() {
            assertThat(body(OptionalDouble.empty(), false))
                    .isEqualTo("{\"ref\":\"r\",\"seq\":7,\"type\":\"search\",\"content\":\"c\",\"timestamp\":123}");
            assertThat(body(OptionalDouble.of(0.5), false))
                    .isEqualTo(
                            "{\"ref\":\"r\",\"seq\":7,\"type\":\"search\",\"content\":\"c\",\"confidence\":0.5,\"timestamp\":123}");
            assertThat(body(OptionalDouble.of(1), true))
                    .isEqualTo(
                            "{\"ref\":\"r\",\"seq\":7,\"timestamp\":123,\"thought\":{\"type\":\"search\",\"content\":\"c\",\"confidence\":1.0}}");
        }

        @Test
        void haveNoConfidenceThatIsNoNumber() {
            assertThatThrownBy(() -> body(OptionalDouble.of(Double.NaN), false)).isInstanceOf(CodecException.class);
        }
    }

    @Nested
    class Results {

        private String data(Map<String, ?> data, int maxDepth) {
            String text = text(
                    v2,
                    new ServerMessage.Push(
                            null,
                            "t",
                            "result",
                            Payloads.result("r", "success", RawJson.of(Payloads.data(data, maxDepth)), 5, 6, false)));
            int start = text.indexOf("\"data\":") + "\"data\":".length();
            return text.substring(start, text.indexOf(",\"latency_ms\""));
        }

        @Test
        void haveTheirFieldsInTheOrderOfTheProtocol() {
            assertThat(text(
                            v2,
                            new ServerMessage.Push(
                                    null,
                                    "t",
                                    "result",
                                    Payloads.result(
                                            "r",
                                            "success",
                                            RawJson.of(Payloads.data(Map.of("answer", "4"), 16)),
                                            5,
                                            6,
                                            true))))
                    .isEqualTo("[null,null,\"t\",\"result\",{\"ref\":\"r\",\"status\":\"success\","
                            + "\"data\":{\"answer\":\"4\"},\"latency_ms\":5,\"last_seq\":6,\"truncated_at_seq\":6}]");
        }

        @Test
        void holdEveryKindOfValue() {
            assertThat(data(Map.of("a", List.of(1, 2L, (short) 3, (byte) 4, 0.1f, 0.1, true, "x")), 16))
                    .isEqualTo("{\"a\":[1,2,3,4,0.1,0.1,true,\"x\"]}");
            assertThat(data(
                            Map.of(
                                    "a",
                                    List.of(
                                            new java.math.BigInteger("123456789012345678901234567890"),
                                            new java.math.BigDecimal("1.50"),
                                            Long.MIN_VALUE,
                                            new StringBuilder("s"))),
                            16))
                    .isEqualTo("{\"a\":[123456789012345678901234567890,1.50,-9223372036854775808,\"s\"]}");
            assertThat(data(java.util.Collections.singletonMap("a", null), 16)).isEqualTo("{\"a\":null}");
        }

        @Test
        void holdNoNumberThatIsNotFinite() {
            for (Number number : List.of(
                    Double.NaN,
                    Double.POSITIVE_INFINITY,
                    Double.NEGATIVE_INFINITY,
                    Float.NaN,
                    Float.NEGATIVE_INFINITY)) {
                assertThatThrownBy(() -> data(Map.of("a", number), 16))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("not finite");
            }
        }

        @Test
        void holdNothingThatJsonHasNoWordFor() {
            java.util.concurrent.atomic.DoubleAdder fraction = new java.util.concurrent.atomic.DoubleAdder();
            fraction.add(0.5);
            // A number of a class of its own was cut down to its whole part.
            for (Object alien :
                    List.of(new Object(), new int[] {1}, java.util.Set.of(1), Thread.currentThread(), fraction)) {
                assertThatThrownBy(() -> data(Map.of("a", alien), 16))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining(alien.getClass().getName());
            }
        }

        @Test
        void nestNoDeeperThanAllowed() {
            assertThat(data(Map.of("a", List.of(List.of(1))), 3)).isEqualTo("{\"a\":[[1]]}");
            assertThatThrownBy(() -> data(Map.of("a", List.of(List.of(List.of(1)))), 3))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("deeper than 3");
            java.util.List<Object> circle = new java.util.ArrayList<>();
            circle.add(circle);
            assertThatThrownBy(() -> data(Map.of("a", circle), 16)).isInstanceOf(UncheckedIOException.class);
        }
    }

    @Test
    void anErrorLeavesOutWhatItDoesNotHave() {
        assertThat(text(v2, new ServerMessage.Push(null, "t", "error", Payloads.error("r", "d", "q"))))
                .isEqualTo("[null,null,\"t\",\"error\",{\"reason\":\"r\",\"detail\":\"d\",\"ref\":\"q\"}]");
        assertThat(text(v2, new ServerMessage.Push(null, "t", "error", Payloads.error("r", "", null))))
                .isEqualTo("[null,null,\"t\",\"error\",{\"reason\":\"r\"}]");
    }

    @Test
    void closeReasonsFitIntoACloseFrame() {
        for (CloseReason reason : CloseReason.values()) {
            assertThat(Utf8.length(reason.phrase())).isBetween(1, 123);
            assertThat(reason.code())
                    .matches(code -> code == 1001 || code >= 1008 && code <= 1013 || code >= 4000 && code <= 4999);
        }
    }
}
