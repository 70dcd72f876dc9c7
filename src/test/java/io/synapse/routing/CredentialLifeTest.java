package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.synapse.protocol.CloseReason;
import io.synapse.routing.SessionFixture.Phoenix;
import io.synapse.routing.SessionFixture.Plain;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Connections and joins live by their credentials. */
class CredentialLifeTest {

    private final SessionFixture fixture = new SessionFixture();

    private Identity until(int seconds, Role... roles) {
        Credential credential = new Credential(
                Credential.Kind.TOKEN, "k1", Optional.of(fixture.clock.instant().plusSeconds(seconds)));
        return SessionFixture.identity("ann", roles).with(credential);
    }

    private String token(String subject, int seconds, Role... roles) {
        return Credentials.tokens(fixture.clock)
                .issue(SessionFixture.identity(subject, roles), Duration.ofSeconds(seconds))
                .token();
    }

    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            fixture.clock.advance(Duration.ofSeconds(1));
            fixture.timers.advance(Duration.ofSeconds(1));
        }
    }

    @Test
    @DisplayName("B11 M17: on the cortex socket a connection is warned, renews its token in band, and goes on")
    void renewsOnCortex() throws Exception {
        Phoenix client = fixture.new Phoenix(until(100, Role.USER));
        client.join("");
        client.say("query", "{\"q\":\"long\",\"ref\":\"q1\"}");
        pass(40);
        assertThat(client.pushes()).contains("token_expiring");
        JsonNode wrong = client.ask("access_token", "{\"access_token\":\"wrong\"}");
        assertThat(wrong.path("reason").asText()).isEqualTo("unauthorized");
        JsonNode others = client.ask("access_token", "{\"access_token\":\"%s\"}".formatted(token("bob", 500)));
        assertThat(others.path("reason").asText()).isEqualTo("forbidden");
        assertThat(client.ask("access_token", "{}").path("reason").asText()).contains("access_token");
        JsonNode renewed =
                client.ask("access_token", "{\"access_token\":\"%s\"}".formatted(token("ann", 500, Role.USER)));
        assertThat(renewed.path("expires_at").asLong())
                .isEqualTo(fixture.clock.instant().plusSeconds(500).toEpochMilli());
        pass(200);
        fixture.asked.think("long", "t1");
        assertThat(client.pushes()).containsExactly("thought q1 1");
        assertThat(client.connection.isOpen()).isTrue();
        pass(311);
        assertThat(client.transport.closes()).contains(CloseReason.TOKEN_EXPIRED);
    }

    @Test
    @DisplayName("B11: on /ws too, and what the new token does not allow any more ends")
    void renewsOnGateway() {
        Plain client = fixture.new Plain(until(100, Role.PUBLISHER));
        client.ask("{\"id\":1,\"type\":\"subscribe\",\"topics\":[\"internal:x\",\"public:x\"]}");
        pass(40);
        assertThat(client.events()).containsExactly("token_expiring");
        JsonNode renewed = client.ask(
                "{\"id\":2,\"type\":\"access_token\",\"token\":\"%s\"}".formatted(token("ann", 500, Role.USER)));
        assertThat(renewed.path("result").path("expires_at").asLong()).isPositive();
        JsonNode ended = client.received().get(0);
        assertThat(ended.path("type").asText()).isEqualTo("unsubscribed");
        assertThat(ended.path("topic").asText()).isEqualTo("internal:x");
        fixture.publish("internal:x", 1, 1);
        fixture.publish("public:x", 1, 1);
        assertThat(client.events()).containsExactly("public:x 1");
        pass(511);
        assertThat(client.transport.closes()).contains(CloseReason.TOKEN_EXPIRED);
    }

    @Test
    @DisplayName("B11: a join lives by its own token, fails with it alone, and is taken up again with a new one")
    void joinsFail() throws Exception {
        Phoenix client = fixture.new Phoenix(SessionFixture.identity("conn", Role.USER));
        String join = ",\"token\":\"%s\"";
        client.join(join.formatted(token("ann", 100, Role.USER)));
        client.say("query", "{\"q\":\"long\",\"ref\":\"q1\"}");
        fixture.asked.think("long", "t1");
        client.received();
        pass(110);
        assertThat(client.pushes()).containsExactly("token_expiring", "phx_error");
        fixture.asked.think("long", "t2");
        assertThat(client.connection.isOpen()).isTrue();
        assertThat(client.pushes()).isEmpty();
        client.join(join.formatted(token("ann", 500, Role.USER)));
        assertThat(client.pushes()).containsExactly("thought q1 2");
    }

    @Test
    @DisplayName("B11: what is revoked ends its connections and its joins, and nobody else's")
    void revoked() {
        Phoenix client = fixture.new Phoenix(until(1000, Role.USER));
        Plain plain = fixture.new Plain(until(1000, Role.USER));
        Plain other = fixture.new Plain(SessionFixture.ann());
        client.join("");
        fixture.revocations.announce("k1");
        assertThat(client.transport.closes()).contains(CloseReason.REVOKED);
        assertThat(plain.transport.closes()).contains(CloseReason.REVOKED);
        assertThat(other.connection.isOpen()).isTrue();
    }

    @Test
    @DisplayName("G4: one tenant sees nothing of another on the same agent and topics")
    void tenantsAreApart() throws Exception {
        Phoenix ours = fixture.new Phoenix(of("acme"));
        Phoenix theirs = fixture.new Phoenix(of("umbrella"));
        Phoenix nobodys = fixture.new Phoenix(of(""));
        for (Phoenix client : new Phoenix[] {ours, theirs, nobodys}) {
            client.ask("phx_join", "{\"presence\":false}");
            client.ask("subscribe", "{\"topic\":\"public:*\"}");
            client.ask("subscribe", "{\"topic\":\"public:x\"}");
        }
        ours.say("query", "{\"q\":\"long\",\"ref\":\"q1\",\"conversation_id\":\"c\"}");
        fixture.asked.think("long", "t1");
        ours.ask("publish", "{\"topic\":\"public:x\",\"event\":\"item\",\"payload\":1}");
        for (Phoenix client : new Phoenix[] {theirs, nobodys}) {
            assertThat(client.received()).isEmpty();
            assertThat(client.ask("resume", "{\"ref\":\"q1\"}").path("reason").asText())
                    .isEqualTo("not_found");
            assertThat(client.ask("interrupt", "{\"ref\":\"q1\"}")
                            .path("reason")
                            .asText())
                    .isEqualTo("not_found");
            assertThat(client.ask("replay", "{\"ref\":\"q1\"}").path("reason").asText())
                    .isEqualTo("not_found");
            assertThat(client.ask("conversation", "{\"conversation_id\":\"c\"}")
                            .path("reason")
                            .asText())
                    .isEqualTo("not_found");
            assertThat(client.ask("conversations", "{}").path("conversations")).isEmpty();
            assertThat(client.ask("history", "{\"topic\":\"public:x\"}").path("events"))
                    .isEmpty();
            assertThat(client.ask("presence", "{\"counts\":true}").path("count").asInt())
                    .isZero();
        }
        assertThat(ours.received()).isNotEmpty();
    }

    private static Identity of(String tenant) {
        return new Identity("ann", tenant, Set.of(), Set.of(), Set.of(Role.values()), Credential.ofKey("k" + tenant));
    }
}
