package io.synapse.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.security.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsReaderTest {

    private static final String HASH = "0".repeat(64);

    private final Properties values = shipped();

    private static Properties shipped() {
        try (InputStream file = ConfigReader.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
            Properties shipped = new Properties();
            shipped.load(file);
            return shipped;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SynapseConfig read() {
        return new ConfigReader(
                        name -> Optional.ofNullable(values.getProperty(name)).filter(text -> !text.isEmpty()))
                .read();
    }

    @Test
    @DisplayName("M18: the roles of the configuration are those that there are")
    void roles() {
        assertThat(ConfigReader.ROLES)
                .isEqualTo(Arrays.stream(Role.values()).map(Role::group).toList());
    }

    @Test
    @DisplayName("M18: the rules that come with Synapse let users have public topics and those of their agent")
    void shippedRules() {
        TopicAccessConfig access = read().topics().access();
        assertThat(access.subscribe())
                .isEqualTo(Map.of(
                        "synapse-user",
                        List.of("public:**", "agent:{agent}:**", "guide", "pillar:*"),
                        "synapse-publisher",
                        List.of("**"),
                        "synapse-admin",
                        List.of("**")));
        assertThat(access.publish().get("synapse-user")).containsExactly("agent:{agent}:**");
    }

    @Test
    @DisplayName("M18: without rules nobody may anything")
    void noRules() {
        values.put("synapse.topics.subscribe", "");
        assertThat(read().topics().access().subscribe()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "synapse-user",
                "user=a",
                "synapse-user=",
                "synapse-user=a|",
                "synapse-user=a*",
                "synapse-user=**:a",
                "synapse-user=a::b",
                "synapse-user=a b",
                "synapse-user=a,synapse-user=b"
            })
    @DisplayName("M18: a rule that cannot be understood fails the deployment and names its property")
    void wrongRules(String rule) {
        values.put("synapse.topics.publish", rule);
        assertThatThrownBy(this::read)
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("synapse.topics.publish");
    }

    @Test
    @DisplayName("M18: no rule is longer than a topic can be")
    void longRules() {
        values.put("synapse.topics.subscribe", "synapse-user=" + "a".repeat(255));
        assertThat(read().topics().access().subscribe()).hasSize(1);
        values.put("synapse.topics.subscribe", "synapse-user=" + "a".repeat(256));
        assertThatThrownBy(this::read).isInstanceOf(ConfigException.class);
    }

    @Test
    @DisplayName("G8: what is published while the other nodes are away is for this node, or refused")
    void whenAway() {
        assertThat(read().topics().localWhenAway()).isTrue();
        values.put("synapse.topics.when-away", "refuse");
        assertThat(read().topics().localWhenAway()).isFalse();
        values.put("synapse.topics.when-away", "wait");
        assertThatThrownBy(this::read).hasMessageContaining("synapse.topics.when-away");
    }

    @Test
    @DisplayName("G9: the policy for slow readers is a word; block is for those who ask for it")
    void policies() {
        values.put("synapse.topics.slow-policy", "disconnect");
        assertThat(read().topics().slowPolicy()).isEqualTo("disconnect");
        values.put("synapse.topics.slow-policy", "block");
        assertThatThrownBy(this::read).hasMessageContaining("synapse.topics.slow-policy");
    }

    @Test
    @DisplayName("M17: API keys with agents and roles")
    void keysWithRoles() {
        values.put(
                "synapse.auth.api-keys",
                "a:" + HASH + ",b:" + HASH.replace('0', '1') + ":x|y,c:" + HASH.replace('0', '2')
                        + ":*:synapse-publisher|synapse-admin");
        List<ApiKeyConfig> keys = read().auth().apiKeys();
        assertThat(keys).extracting(ApiKeyConfig::agents).containsExactly(Set.of(), Set.of("x", "y"), Set.of());
        assertThat(keys)
                .extracting(ApiKeyConfig::roles)
                .containsExactly(Set.of(), Set.of(), Set.of("synapse-publisher", "synapse-admin"));
        values.put("synapse.auth.api-keys", "a:" + HASH + ":*:root");
        assertThatThrownBy(this::read).hasMessageContaining("synapse.auth.api-keys");
    }
}
