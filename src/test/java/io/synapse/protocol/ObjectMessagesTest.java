package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.protocol.ClientMessage.ChannelMessage;
import io.synapse.protocol.ClientMessage.Filter;
import io.synapse.protocol.ClientMessage.Publish;
import io.synapse.protocol.ClientMessage.Send;
import io.synapse.protocol.ClientMessage.Since;
import io.synapse.protocol.ClientMessage.Subscribe;
import io.synapse.protocol.ClientMessage.SubscribeAll;
import io.synapse.protocol.ClientMessage.UnsubscribeAll;
import io.synapse.protocol.ObjectCodecs.Format;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ObjectMessagesTest {

    private final ObjectCodecs codecs = new ObjectCodecs(8, 1 << 16);
    private final ObjectCodec codec = codecs.open(Format.JSON);

    private Inbound read(String message) {
        return codec.decode(message.replace('\'', '"'));
    }

    private Invalid wrong(String message) {
        return (Invalid) read(message);
    }

    @ParameterizedTest
    @DisplayName("K3: every type is understood with the least it needs")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "QUERY | {'type':'query','q':'x','ref':'r'}",
                "INTERRUPT | {'type':'interrupt','ref':'r'}",
                "RESUME | {'type':'resume','ref':'r'}",
                "TOOL | {'type':'tool','name':'n','ref':'r'}",
                "TOOL | {'type':'tool','name':'n','ref':'r','args':{'a':[1]}}",
                "TOOLS | {'type':'tools'}",
                "HISTORY | {'type':'history','topic':'t'}",
                "PING | {'type':'ping'}",
                "HEARTBEAT | {'type':'pong'}",
                "SUBSCRIBE_ALL | {'type':'subscribe','topic':'t'}",
                "SUBSCRIBE_ALL | {'type':'subscribe','topics':['t','u:*']}",
                "FILTER | {'type':'subscribe','events':[]}",
                "UNSUBSCRIBE_ALL | {'type':'unsubscribe','topic':'t'}",
                "PUBLISH | {'type':'publish','topic':'t','payload':null}",
                "ACKNOWLEDGE | {'type':'ack','message_id':'b2-f0-17'}",
                "SESSION | {'type':'session','session':'0123456789abcdef'}",
                "SEND | {'type':'send','connection_id':'c','payload':1}",
                "SEND | {'type':'send','connection_id':'c','message':1}",
                "CHANNEL_MESSAGE | {'type':'message','payload':1}",
                "CHANNEL_MESSAGE | {'payload':null}",
                "CHANNEL_MESSAGE | {'message':'x'}",
                "CHANNEL_MESSAGE | {'type':null,'channel':'guide','payload':1}"
            })
    void types(ClientMessage.Kind kind, String message) {
        assertThat(((ClientMessage) read(message)).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @DisplayName("K3: every field with a wrong type or value is named, and the message's id comes back")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "'type':'subscribe','topics':'t' | topics must be a list of texts",
                "'type':'subscribe','topics':[1] | topics must hold texts of at most 255 characters",
                "'type':'subscribe','topics':[['t']] | topics must hold texts of at most 255 characters",
                "'type':'subscribe','topics':{} | topics must be a list of texts",
                "'type':'subscribe','topic':5 | topic must be text",
                "'type':'subscribe','topics':['a**b'] | topic must be printable text in which * is a whole segment, and ** the last one",
                "'type':'subscribe','topic':'t','events':'e' | events must be a list of texts",
                "'type':'subscribe','topic':'t','policy':5 | policy must be text",
                "'type':'subscribe','topic':'t','acknowledged':1 | acknowledged must be true or false",
                "'type':'subscribe','topic':'t','positions':[] | positions must be an object of {offset, epoch} by topic",
                "'type':'subscribe','topic':'t','positions':5 | positions must be an object of {offset, epoch} by topic",
                "'type':'subscribe','topic':'t','positions':{'t':1} | positions must be an object of {offset, epoch} by topic",
                "'type':'subscribe','topic':'t','positions':{'t':{}} | positions must be an object of {offset, epoch} by topic",
                "'type':'subscribe','topic':'t','positions':{'t':{'offset':-1}} | offset must be within 0 and 9223372036854775807",
                "'type':'subscribe','topic':'t','positions':{'t':{'offset':'1'}} | offset must be a whole number",
                "'type':'subscribe','topic':'t','positions':{'t':{'offset':1}} | offset needs an epoch",
                "'type':'subscribe','topic':'t','positions':{'t':{'epoch':'e'}} | epoch needs an offset",
                "'type':'unsubscribe','topics':[null] | topics must hold texts of at most 255 characters",
                "'type':'publish','topic':'t*','payload':1 | topic must be printable text in which * is a whole segment, and ** the last one",
                "'type':'publish','topic':'*','payload':1 | topic must name one topic, without *",
                "'type':'publish','topic':'t','payload':1,'event_type':5 | event_type must be text",
                "'type':'publish','topic':'t','payload':1,'event_type':'' | event must be printable text",
                "'type':'publish','topic':'t','payload':1,'event_type':'thought' | event must not be thought, which the server says itself",
                "'type':'publish','topic':'t','payload':1,'event_type':'ack' | event must not be ack, which the server says itself",
                "'type':'publish','topic':'t','payload':1,'idempotency_key':{} | idempotency_key must be text",
                "'type':'history','topic':'t','limit':0 | limit must be within 1 and 1000000",
                "'type':'history','topic':'t','reverse':'yes' | reverse must be true or false",
                "'type':'history','topic':'t','offset':1.5 | offset must be a whole number",
                "'type':'query','q':'x','ref':'r','timeout':'1' | timeout must be a whole number",
                "'type':'query','q':'x','ref':'r','agent':5 | agent must be text",
                "'type':'query','q':'x','ref':'r','agent':'' | agent must be printable text",
                "'type':'query','q':'x','ref':'r','agent':'a\\nb' | agent must be printable text",
                "'type':'query','q':'x','ref':'r','priority':10 | priority must be within 0 and 9",
                "'type':'interrupt','ref':'r','reason':5 | reason must be text",
                "'type':'resume','ref':'r','after_seq':-1 | after_seq must be within 0 and 9223372036854775807",
                "'type':'ack','message_id':5 | message_id must be text",
                "'type':'send','connection_id':5,'payload':1 | connection_id must be text",
                "'type':'send','connection_id':'c','payload':1,'channel':{} | channel must be text",
                "'channel':[],'payload':1 | channel must be text",
                "'intent':5,'payload':1 | intent must be text",
                "'agent_type':5,'message':1 | agent_type must be text",
                "'pillar':true,'message':1 | pillar must be text"
            })
    void wrongFields(String fields, String detail) {
        Invalid invalid = wrong("{'id':'m'," + fields + "}");
        assertThat(invalid.reason()).isEqualTo(Reasons.INVALID_FIELD);
        assertThat(invalid.detail()).isEqualTo(detail);
        assertThat(invalid.address().ref()).isEqualTo(Ref.of("m"));
    }

    @ParameterizedTest
    @DisplayName("K3: every field that is missing is named")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'type':'query','q':'x'} | q, ref",
                "{'type':'query','q':' ','ref':'r'} | q, ref",
                "{'type':'interrupt'} | ref",
                "{'type':'resume','ref':null} | ref",
                "{'type':'history'} | topic",
                "{'type':'subscribe'} | topics",
                "{'type':'subscribe','topics':[]} | topics",
                "{'type':'unsubscribe'} | topics",
                "{'type':'publish','topic':'t'} | topic, payload",
                "{'type':'publish','payload':1} | topic, payload",
                "{'type':'ack'} | message_id",
                "{'type':'send','payload':1} | connection_id, payload",
                "{'type':'send','connection_id':'c'} | connection_id, payload",
                "{'type':'message'} | payload",
                "{'channel':'guide'} | payload",
                "{'intent':'x'} | payload"
            })
    void missingFields(String message, String fields) {
        assertThat(wrong(message).reason()).isEqualTo(Reasons.missing(fields));
    }

    @ParameterizedTest
    @DisplayName("K3: what has no type, and was not meant for a channel, is no message")
    @ValueSource(
            strings = {
                "{}",
                "{'id':1}",
                "{'type':null}",
                "{'type':5}",
                "{'type':{}}",
                "{'event':'phx_join','topic':'cortex:a','payload':{}}",
                "{'topic':'t','payload':1}",
                "{'event_type':'e','payload':1}"
            })
    void noMessages(String message) {
        assertThat(wrong(message).reason()).isEqualTo(Reasons.NOT_A_REQUEST);
        assertThat(wrong(message).kind()).isEqualTo(Invalid.Kind.EVENT);
    }

    @ParameterizedTest
    @DisplayName("K3: an id is text or a whole number; any other is refused without one")
    @ValueSource(strings = {"{}", "[]", "true", "1.5", "1e400"})
    void wrongIds(String id) {
        Invalid invalid = wrong("{'id':" + id + ",'type':'ping'}");
        assertThat(invalid.reason()).isEqualTo(Reasons.INVALID_FIELD);
        assertThat(invalid.address().ref()).isNull();
    }

    @Test
    @DisplayName("K3: an unknown type is told, shortened if it is long; ids of both kinds are kept as they came")
    void unknownTypes() {
        Invalid invalid = wrong("{'id':-9223372036854775808,'type':'" + "x".repeat(1000) + "'}");
        assertThat(invalid.reason()).isEqualTo(Reasons.UNKNOWN_TYPE);
        assertThat(invalid.detail()).hasSize(65);
        assertThat(invalid.address().ref()).isEqualTo(new Ref("-9223372036854775808", true));
        assertThat(wrong("{'id':'','type':'phx_join'}").address().ref()).isEqualTo(Ref.of(""));
        assertThat(wrong("{'id':null,'type':'heartbeat'}").address().ref()).isNull();
        assertThat(wrong("{'id':'" + "x".repeat(1025) + "','type':'ping'}").detail())
                .isEqualTo("id must have at most 1024 characters");
    }

    @ParameterizedTest
    @DisplayName("G2: which channel is meant, in the present shape and in the older one")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            nullValues = "-",
            value = {
                "{'payload':1} | -",
                "{'channel':'pillar:content','payload':1} | pillar:content",
                "{'channel':'pillar:content','pillar':'insights','payload':1} | pillar:content",
                "{'agent_type':'guide','message':1} | guide",
                "{'agent_type':'guide','pillar':'content','message':1} | guide",
                "{'agent_type':'pillar','pillar':'content','message':1} | pillar:content",
                "{'pillar':'content','message':1} | pillar:content",
                "{'agent_type':'liaison','message':1} | -"
            })
    void channels(String message, String channel) {
        assertThat(((ChannelMessage) read(message)).channel()).isEqualTo(Optional.ofNullable(channel));
    }

    @Test
    @DisplayName("K5 B16: subscribing to several topics, each from its own position")
    void subscribes() {
        SubscribeAll all = (SubscribeAll)
                read(
                        "{'type':'subscribe','topics':['a','b:*','a'],'topic':'c','events':['e'],"
                                + "'policy':'block','acknowledged':true,'positions':{'a':{'offset':7,'epoch':'x'},'c':{'offset':0},'z':{'offset':0}}}");
        assertThat(all.each()).extracting(one -> one.target().text()).containsExactly("a", "b:*", "c");
        assertThat(all.each())
                .extracting(Subscribe::since)
                .containsExactly(Optional.of(new Since(7, "x")), Optional.empty(), Optional.of(new Since(0, "")));
        assertThat(all.each()).extracting(Subscribe::events).containsOnly(Set.of("e"));
        assertThat(all.each()).extracting(Subscribe::policy).containsOnly(Optional.of("block"));
        assertThat(all.each()).extracting(Subscribe::acknowledged).containsOnly(true);
        assertThat(((Filter) read("{'type':'subscribe','events':['e','f']}")).events())
                .isEqualTo(Set.of("e", "f"));
        assertThat(((UnsubscribeAll) read("{'type':'unsubscribe','topics':['a'],'topic':'b'}")).targets())
                .extracting(TopicPattern::text)
                .containsExactly("a", "b");
    }

    @Test
    @DisplayName("K3: bounds of what one message may ask for")
    void bounds() {
        String topics = "'t"
                + String.join(
                        "','t",
                        java.util.stream.IntStream.range(0, 101)
                                .mapToObj(String::valueOf)
                                .toList()) + "'";
        assertThat(wrong("{'type':'subscribe','topics':[" + topics + "]}").detail())
                .isEqualTo("topics must have at most 100 entries");
        String positions = topics.replaceAll("'(t\\d+)'", "'$1':{'offset':0}");
        assertThat(wrong("{'type':'subscribe','topic':'t1','positions':{" + positions + "}}")
                        .detail())
                .startsWith("positions must be");
        assertThat(wrong("{'type':'ack','message_id':'" + "x".repeat(256) + "'}")
                        .detail())
                .isEqualTo("message_id must have at most 128 characters");
        assertThat(wrong("{'payload':" + "[".repeat(9) + "]".repeat(9) + "}").reason())
                .isEqualTo(Reasons.NOT_A_MESSAGE);
        assertThat(read("{'payload':" + "[".repeat(8) + "]".repeat(8) + "}")).isInstanceOf(ChannelMessage.class);
    }

    @Test
    @DisplayName("K9: each format has its frames; the other kind is answered as no message")
    void frames() {
        assertThat(((Invalid) codec.decode(ByteBuffer.wrap(Cbor.of("{\"type\":\"ping\"}")))).reason())
                .isEqualTo(Reasons.NOT_A_MESSAGE);
        assertThat(((Invalid) codecs.open(Format.CBOR).decode("{\"type\":\"ping\"}")).reason())
                .isEqualTo(Reasons.NOT_A_MESSAGE);
        assertThat(codecs.open(Format.CBOR).decode(ByteBuffer.wrap(Cbor.of("{\"type\":\"ping\"}"))))
                .isInstanceOf(ClientMessage.Ping.class);
    }

    @Test
    @DisplayName("G2: a payload passes as it came")
    void payloads() {
        assertThat(((ChannelMessage) read("{'payload': [1.50, {'a' :'b'}] }"))
                        .payload()
                        .text())
                .isEqualTo("[1.50, {\"a\" :\"b\"}]");
        assertThat(((Send) read("{'type':'send','connection_id':'c','payload':{'x':1}}"))
                        .payload()
                        .text())
                .isEqualTo("{\"x\":1}");
        Publish publish = (Publish) read("{'type':'publish','topic':'t','payload':1}");
        assertThat(publish.event()).isEqualTo("message");
        assertThat(((Publish) read("{'type':'publish','topic':'t','payload':1,'event':'e'}")).event())
                .isEqualTo("e");
    }
}
