package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.LimitsConfig;
import io.synapse.config.MessageRates;
import io.synapse.config.Rate;
import io.synapse.platform.Counter;
import io.synapse.protocol.CloseReason;
import io.synapse.security.Identity;
import io.synapse.security.limit.Rates;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rates of messages on {@code /ws}; on the cortex socket they are tried in the server. */
class GuardTest {

    private static final Duration DELAY = Duration.ofSeconds(2);
    private static final Rate DAILY = new Rate(Duration.ofDays(1).toNanos(), 3);
    private static final String BUDGET = "{\"id\":1,\"type\":\"budget\"}";
    private static final String TOO_FAST =
            "\"message\":\"rate_limited\",\"limit\":\"messages\",\"scope\":\"connection\",\"retry_after_ms\":86400000";

    private final GatewayFixture fixture = new GatewayFixture();

    @BeforeEach
    void limit() {
        Rates rates = new Rates(
                new MessageRates(
                        DAILY,
                        new Rate(DAILY.nanosEach(), 1),
                        DAILY,
                        new Rate(DAILY.nanosEach(), 40),
                        Map.of("synapse-publisher", 10),
                        4,
                        10),
                fixture.timers.ticker(),
                fixture.counters);
        LimitsConfig limits = new LimitsConfig(100, 1 << 20, 64, 2, 20, DELAY);
        Guard.Environment guards = new Guard.Environment(rates, limits, fixture.timers, fixture.counters);
        fixture.guards = () -> guards.of(null);
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    /** The answer to a message that thoughts may come before. */
    private static String answer(GatewayFixture.Client client, int id, String message) {
        client.send(message);
        String answer = client.next();
        while (!answer.contains("\"id\":" + id)) {
            answer = client.next();
        }
        return answer;
    }

    private GatewayFixture.Client client(String name) {
        return fixture.client(new Identity(name, Set.of()));
    }

    @Test
    @DisplayName("M15: a message too many is refused with when to try again, and nothing else is lost")
    void refuses() {
        var client = client("ann");
        for (int i = 0; i < 3; i++) {
            assertThat(client.ask(BUDGET)).doesNotContain("rate_limited");
        }
        assertThat(client.ask(BUDGET)).contains("\"id\":1", "\"code\":-32000", TOO_FAST);
        assertThat(client.ask("{\"type\":\"ping\"}")).contains("pong");
        assertThat(client.ask("no message")).contains(TOO_FAST);
        assertThat(client("bob").ask(BUDGET)).doesNotContain("rate_limited");
        assertThat(client("ann").ask(BUDGET)).contains("\"scope\":\"subject\"");
        assertThat(fixture.counters.get(Counter.LIMITED_MESSAGES)).isEqualTo(3);
    }

    @Test
    @DisplayName("M15: one query; a second is refused with its ref, and the interrupt of the first passes all the same")
    void interruptsPass() {
        var client = client("ann");
        assertThat(answer(client, 1, "{\"id\":1,\"type\":\"query\",\"agent\":\"a\",\"q\":\"block\",\"ref\":\"q1\"}"))
                .contains("processing");
        assertThat(answer(client, 2, "{\"id\":2,\"type\":\"query\",\"agent\":\"a\",\"q\":\"block\",\"ref\":\"q2\"}"))
                .contains("\"ref\":\"q2\"", "\"limit\":\"queries\"");
        answer(client, 1, BUDGET);
        answer(client, 1, BUDGET);
        assertThat(answer(client, 1, BUDGET)).contains("rate_limited");
        assertThat(answer(client, 3, "{\"id\":3,\"type\":\"interrupt\",\"agent\":\"a\",\"ref\":\"q1\"}"))
                .doesNotContain("rate_limited");
    }

    @Test
    @DisplayName("M15: a question on a channel counts as a query, whatever it is called")
    void questionsOnChannels() {
        var client = client("ann");
        client.send("{\"id\":1,\"channel\":\"guide\",\"payload\":\"nothing\"}");
        assertThat(client.next()).contains("ack");
        client.send("{\"id\":2,\"channel\":\"guide\",\"payload\":\"nothing\"}");
        String refused = client.next();
        while (!refused.contains("\"id\":2")) {
            refused = client.next();
        }
        assertThat(refused).contains("\"limit\":\"queries\"");
    }

    @Test
    @DisplayName("M15: whoever does not stop is closed with 1008 after the delay, and answered no more until then")
    void closesAbusers() {
        var client = client("ann");
        for (int i = 0; i < 3; i++) {
            client.ask(BUDGET);
        }
        for (int i = 0; i < 4; i++) {
            assertThat(client.ask(BUDGET)).contains("rate_limited");
        }
        int frames = client.transport.frames().size();
        for (int i = 0; i < 100; i++) {
            client.send(BUDGET);
            client.send("{\"type\":\"ping\"}");
        }
        assertThat(client.transport.frames()).hasSize(frames);
        fixture.timers.advance(DELAY.minusNanos(1));
        assertThat(client.transport.closes()).isEmpty();
        fixture.timers.advance(Duration.ofNanos(1));
        assertThat(client.transport.closes()).containsExactly(CloseReason.TOO_FAST);
        assertThat(fixture.counters.get(Counter.LIMITED_ABUSE)).isEqualTo(1);
    }

    @Test
    @DisplayName("M15: what counts for nothing has a bound, too, but an interrupt passes even that")
    void everythingIsBounded() {
        var client = client("ann");
        for (int i = 0; i < 40; i++) {
            assertThat(client.ask("{\"type\":\"ping\"}")).contains("pong");
        }
        assertThat(client.ask("{\"type\":\"ping\"}")).contains("\"limit\":\"all_messages\"");
        assertThat(client.ask("{\"id\":3,\"type\":\"interrupt\",\"agent\":\"a\",\"ref\":\"none\"}"))
                .contains("not_found");
    }
}
