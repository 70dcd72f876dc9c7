package io.synapse.security.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.security.AuditEvent;
import io.synapse.security.AuditEvent.Name;
import io.synapse.security.Identity;
import io.synapse.testing.ManualTimers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditLogTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> lines = new ArrayList<>();
    private final ManualTimers timers = new ManualTimers();
    private final AuditLog log =
            new AuditLog(lines::add, Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC), timers);

    private JsonNode line(int place) throws Exception {
        return JSON.readTree(lines.get(place));
    }

    @Test
    @DisplayName("M18: a line says what, who, with what, where from, and what about")
    void saysWhatHappened() throws Exception {
        log.record(AuditEvent.accepted(Name.JOIN)
                .by(Optional.of(new Identity("ann", Set.of())))
                .from("192.0.2.1")
                .with("connection_id", "c1")
                .with("agent", "a")
                .with("ref", null));
        assertThat(lines)
                .containsExactly("{\"time\":\"2026-01-02T03:04:05Z\",\"event\":\"join\",\"outcome\":\"accepted\","
                        + "\"subject\":\"ann\",\"credential\":\"api_key\",\"source\":\"ann\",\"address\":\"192.0.2.1\","
                        + "\"connection_id\":\"c1\",\"agent\":\"a\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\r\n{\"event\":\"key_create\"}",
                "a\u001b[2J\u001b]0;x\u0007",
                "a\u0085b\u2028c\u2029d",
                "a\u202egpj.exe\u2066\u200f",
                "\u007f\u009b31m",
                "\ud800 alone",
                "\",\"outcome\":\"accepted\",\"x\":\"",
                "{0} {} %s ${jndi:ldap://x}",
                "\u0000",
                "\ufeff\ue000"
            })
    @DisplayName("M18: nothing that a client says forges a line, a field, or a terminal's picture")
    void cannotBeForged(String text) throws Exception {
        log.record(AuditEvent.refused(Name.JOIN, text).from("192.0.2.1").with("agent", text));
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).matches("[ -~]*");
        assertThat(line(0).path("reason").asText()).isEqualTo(text);
        assertThat(line(0).path("agent").asText()).isEqualTo(text);
        assertThat(line(0).path("outcome").asText()).isEqualTo("refused");
        assertThat(line(0).size()).isEqualTo(6);
    }

    @Test
    @DisplayName("M18: letters of any language stay, and a text is bounded")
    void isReadable() throws Exception {
        log.record(AuditEvent.refused(Name.JOIN, "Größe 長い").with("agent", "x".repeat(100_000)));
        assertThat(lines.get(0)).contains("Größe 長い").hasSizeLessThan(500);
        assertThat(line(0).path("agent").asText()).hasSize(AuditLine.MAX_TEXT + 3);
    }

    @Test
    @DisplayName("M18: a flood of refusals of one address is a few lines and one with a count")
    void countsAFlood() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            log.record(AuditEvent.refused(Name.HANDSHAKE, "invalid token").from("192.0.2.1"));
        }
        assertThat(lines).hasSize(AuditLog.REFUSED_LINES);
        log.record(AuditEvent.refused(Name.HANDSHAKE, "invalid token").from("192.0.2.2"));
        assertThat(lines).hasSize(AuditLog.REFUSED_LINES + 1);
        timers.advance(Duration.ofMinutes(1));
        assertThat(lines).hasSize(AuditLog.REFUSED_LINES + 2);
        assertThat(line(4).path("count").asLong()).isEqualTo(100_000 - AuditLog.REFUSED_LINES);
        assertThat(line(4).path("address").asText()).isEqualTo("192.0.2.1");
        timers.advance(Duration.ofMinutes(5));
        assertThat(lines).hasSize(AuditLog.REFUSED_LINES + 2);
        log.record(AuditEvent.refused(Name.HANDSHAKE, "invalid token").from("192.0.2.1"));
        assertThat(lines).hasSize(AuditLog.REFUSED_LINES + 3);
    }

    @Test
    @DisplayName("M18: a flood from very many addresses is bounded, too, and nothing goes uncounted")
    void countsAFloodFromEverywhere() throws Exception {
        int addresses = 50_000;
        for (int i = 0; i < addresses; i++) {
            log.record(AuditEvent.refused(Name.HANDSHAKE, "invalid token").from("2001:db8::" + i));
        }
        timers.advance(Duration.ofMinutes(1));
        assertThat(lines).hasSize(AuditLog.MAX_COUNTED + AuditLog.REFUSED_LINES + 1);
        JsonNode last = line(lines.size() - 1);
        assertThat(last.path("address").asText()).isEqualTo("others");
        assertThat(last.path("count").asLong()).isEqualTo(addresses - lines.size() + 1L);
    }

    @Test
    @DisplayName("M18: of admin acts every one is written")
    void writesEveryAdminAct() {
        for (int i = 0; i < 500; i++) {
            log.record(AuditEvent.refused(Name.KEY_REVOKE, "not found").from("192.0.2.1"));
        }
        assertThat(lines).hasSize(500);
    }
}
