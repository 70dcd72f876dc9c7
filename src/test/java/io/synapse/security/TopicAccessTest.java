package io.synapse.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.ApiKeyConfig;
import io.synapse.config.Mode;
import io.synapse.config.TopicAccessConfig;
import io.synapse.protocol.TopicPattern;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class TopicAccessTest {

    private static final TopicAccessConfig RULES = new TopicAccessConfig(
            Map.of("synapse-user", List.of("public:**", "agent:{agent}:**"), "synapse-admin", List.of("admin.*")),
            Map.of("synapse-publisher", List.of("public:*")));

    private final TopicAccess access = new TopicAccess(Mode.PRODUCTION, RULES);

    private static Identity having(Role... roles) {
        return new Identity("x", Set.of(), Set.of(roles));
    }

    private boolean maySubscribe(Identity identity, String agent, String topic) {
        return access.maySubscribe(identity, agent, TopicPattern.parse(topic).orElseThrow());
    }

    private boolean mayPublish(Identity identity, String topic) {
        return access.mayPublish(identity, "bob", TopicPattern.parse(topic).orElseThrow());
    }

    @Test
    @DisplayName("M18: a client may what any of its roles may, and nothing else")
    void roles() {
        assertThat(maySubscribe(having(Role.USER), "bob", "public:a.b")).isTrue();
        assertThat(maySubscribe(having(Role.USER), "bob", "public:**")).isTrue();
        assertThat(maySubscribe(having(Role.USER), "bob", "**")).isFalse();
        assertThat(maySubscribe(having(Role.USER), "bob", "admin.x")).isFalse();
        assertThat(maySubscribe(having(Role.USER, Role.ADMIN), "bob", "admin.x"))
                .isTrue();
        assertThat(maySubscribe(having(Role.AGENT), "bob", "public:a")).isFalse();
        assertThat(maySubscribe(having(), "bob", "public:a")).isFalse();
        assertThat(mayPublish(having(Role.PUBLISHER), "public:a")).isTrue();
        assertThat(mayPublish(having(Role.PUBLISHER), "public:a:b")).isFalse();
        assertThat(mayPublish(having(Role.USER), "public:a")).isFalse();
    }

    @Test
    @DisplayName("M18: {agent} is the agent that is joined, as one segment")
    void agents() {
        Identity user = having(Role.USER);
        assertThat(maySubscribe(user, "bob", "agent:bob:x")).isTrue();
        assertThat(maySubscribe(user, "bob", "agent:bob:*")).isTrue();
        assertThat(maySubscribe(user, "bob", "agent:*:x")).isFalse();
        assertThat(maySubscribe(user, "bob", "agent.bob.x")).isFalse();
        assertThat(maySubscribe(user, "eve", "agent:bob:x")).isFalse();
        assertThat(maySubscribe(user, null, "agent:bob:x")).isFalse();
        for (String odd : List.of("*", "**", "bob:x", "a.b", "a/b")) {
            assertThat(maySubscribe(user, odd, "agent:bob:x:y")).as(odd).isFalse();
        }
        assertThat(maySubscribe(user, "b ob{agent}", "agent:b ob{agent}:x")).isTrue();
    }

    @Test
    @DisplayName("M18: development mode allows all")
    void development() {
        TopicAccess open = new TopicAccess(Mode.DEVELOPMENT, new TopicAccessConfig(Map.of(), Map.of()));
        TopicPattern all = TopicPattern.parse("**").orElseThrow();
        assertThat(open.maySubscribe(having(), null, all)).isTrue();
        assertThat(open.mayPublish(having(), null, all)).isTrue();
    }

    @Test
    @DisplayName("M18: a key without roles is a user's; a token keeps its roles, and an empty list of them is none")
    void whereRolesComeFrom() {
        String hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        ApiKeys keys = new ApiKeys(List.of(new ApiKeyConfig("a", hash, Set.of(), Set.of(), "")), false);
        assertThat(keys.identify("test").orElseThrow().roles()).containsExactly(Role.USER);
        ApiKeys others =
                new ApiKeys(List.of(new ApiKeyConfig("a", hash, Set.of(), Set.of("synapse-publisher"), "")), false);
        assertThat(others.identify("test").orElseThrow().roles()).containsExactly(Role.PUBLISHER);
        HandshakeTokens tokens =
                new HandshakeTokens("0123456789abcdef0123456789abcdef", Duration.ofHours(1), Clock.systemUTC());
        for (Set<Role> roles : List.of(Set.<Role>of(), Set.of(Role.USER), Set.of(Role.ADMIN, Role.PUBLISHER))) {
            String token = tokens.issue(new Identity("x", Set.of(), roles), Duration.ofMinutes(5))
                    .token();
            assertThat(tokens.identify(token).orElseThrow().roles()).isEqualTo(roles);
        }
    }

    @Test
    @DisplayName("G4: a client that is bound to some topics uses no others, whatever its roles, in any mode")
    void isBoundToTopics() {
        Identity bound =
                new Identity("x", "", Set.of(), Set.of("news:*", "***"), Set.of(Role.values()), Credential.ofKey("x"));
        for (Mode mode : Mode.values()) {
            TopicAccess access =
                    new TopicAccess(mode, new TopicAccessConfig(Map.of("synapse-admin", List.of("**")), Map.of()));
            assertThat(access.maySubscribe(
                            bound, null, TopicPattern.parse("news:today").orElseThrow()))
                    .isTrue();
            assertThat(access.maySubscribe(
                            bound, null, TopicPattern.parse("news:*").orElseThrow()))
                    .isTrue();
            assertThat(access.maySubscribe(
                            bound, null, TopicPattern.parse("news:**").orElseThrow()))
                    .isFalse();
            assertThat(access.maySubscribe(
                            bound, null, TopicPattern.parse("other").orElseThrow()))
                    .isFalse();
            assertThat(access.mayPublish(
                            bound, null, TopicPattern.parse("other").orElseThrow()))
                    .isFalse();
        }
    }
}
