package io.synapse.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.protocol.CloseReason;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.RawJson;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ConnectionOrderTest {

    static Stream<ConnectionOrder> orders() {
        return Stream.of(
                new ConnectionOrder.Say("message", RawJson.of(Payloads.of("n", 1.25, "text", "\u00e4\"\\\n\u0001"))),
                new ConnectionOrder.Close(CloseReason.DISCONNECTED),
                new ConnectionOrder.Subscribe("news:*"),
                new ConnectionOrder.Unsubscribe("news:today"));
    }

    @ParameterizedTest
    @MethodSource("orders")
    @DisplayName("G5: an order that goes to another node is the same there")
    void comesAsItWent(ConnectionOrder order) {
        assertThat(ConnectionOrder.read(order.write())).isEqualTo(order);
    }

    @Test
    @DisplayName("G5: what is no order is not taken for one")
    void refusesWhatIsNone() {
        for (String text : new String[] {"", "{}", "{\"order\":\"say\"}", "{\"order\":\"fly\",\"of\":{}}"}) {
            assertThatThrownBy(() -> ConnectionOrder.read(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
