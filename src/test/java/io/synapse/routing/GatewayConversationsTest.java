package io.synapse.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.agent.Workers;
import io.synapse.protocol.Subprotocol;
import io.synapse.testing.Conversation;
import io.synapse.topic.TopicHub;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The conversations of {@code src/test/resources/conversations}, with codec and router and no server. */
@Timeout(60)
class GatewayConversationsTest {

    static List<Arguments> conversations() {
        return Stream.of(Subprotocol.values())
                .flatMap(spoken -> Conversation.all(spoken.word()).stream().map(file -> Arguments.of(file, spoken)))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("conversations")
    @DisplayName("G1 G2 G3 K3 K5 K9 K11 M6: everything is answered as written, and nothing is kept of who has left")
    void goesAsWritten(Path conversation, Subprotocol spoken) {
        try (GatewayFixture fixture = new GatewayFixture()) {
            Conversation.play(conversation, role -> fixture.open(role, spoken));
            TopicHub.Status left = fixture.hub.status();
            assertThat(left.subscriptions()).isZero();
            assertThat(left.patterns()).isZero();
            assertThat(fixture.registry.count()).isZero();
            assertThat(fixture.registry.agents()).isZero();
            assertThat(fixture.workers.status()).isEqualTo(new Workers.Status(0, 0, 0, 0));
        }
    }
}
