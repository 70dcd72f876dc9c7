package io.synapse.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.testing.Configs;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsReaderTest {

    private static GuardConfig guard(String... namesAndValues) {
        Map<String, String> changed = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            changed.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Configs.with(changed).guard();
    }

    @Test
    @DisplayName("M15 G12 K7: in production the numbers are the ledger's")
    void production() {
        GuardConfig guard = guard("synapse.mode", "production");
        assertThat(guard.connections().all()).isEqualTo(1000);
        assertThat(guard.connections().perAddress()).isEqualTo(100);
        assertThat(guard.connections().perKey()).isEqualTo(10);
        assertThat(guard.connections().perUser()).isEqualTo(5);
        assertThat(guard.connections().opened())
                .isEqualTo(new Rate(Duration.ofSeconds(6).toNanos(), 10));
        assertThat(guard.rates().messages())
                .isEqualTo(new Rate(Duration.ofSeconds(1).toNanos(), 20));
        assertThat(guard.rates().queries())
                .isEqualTo(new Rate(Duration.ofSeconds(6).toNanos(), 10));
        assertThat(guard).isEqualTo(guard("synapse.limits.profile", "production"));
    }

    @Test
    @DisplayName("M15: development is generous, bench lifts everything, and what is set counts in every profile")
    void profiles() {
        assertThat(guard().connections().perKey()).isEqualTo(10_000);
        assertThat(guard()).isEqualTo(guard("synapse.mode", "production", "synapse.limits.profile", "development"));
        GuardConfig bench = guard(
                "synapse.limits.profile",
                "bench",
                "synapse.limits.queries",
                "7/PT1S",
                "synapse.limits.connections",
                "3");
        assertThat(bench.rates().messages().isBounded()).isFalse();
        assertThat(bench.connections().opened().isBounded()).isFalse();
        assertThat(bench.connections().perAddress()).isZero();
        assertThat(bench.connections().all()).isEqualTo(3);
        assertThat(bench.rates().queries().burst()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({"7/PT1S, 142857143, 7", "1/P1D/5, 86400000000000, 5", "off, 0, 0"})
    @DisplayName("M15: a rate is never more than it says")
    void rates(String text, long each, int burst) {
        assertThat(Rate.parse(text)).contains(new Rate(each, burst));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "60",
                "60/",
                "0/PT1M",
                "60/PT1M/0",
                "60/PT0S",
                "60/PT1M/20/5",
                "-1/PT1M",
                "60/1m",
                "1/P365D/2",
                "1/P1D/9999999",
                "60/PT-1M"
            })
    @DisplayName("M15: what is no rate, or could overflow, is refused")
    void noRates(String text) {
        assertThat(Rate.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "synapse.proxies.trusted, 10.0.0.0/33",
        "synapse.proxies.trusted, proxy.example.com",
        "synapse.proxies.trusted, ::/129",
        "synapse.limits.roles, root=2",
        "synapse.limits.roles, synapse-user=0",
        "synapse.limits.roles, synapse-user=1001",
        "synapse.limits.roles, synapse-user",
        "synapse.limits.roles, 'synapse-user=2,synapse-user=3'",
        "synapse.limits.closing-connections, auto"
    })
    void wrongValues(String name, String value) {
        assertThatThrownBy(() -> guard(name, value))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(name);
    }
}
