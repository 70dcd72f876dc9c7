package io.synapse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

    @Test
    @DisplayName("G8: a place in a life of one node only names the place where that left the life of all")
    void namesHome() {
        Position home = new Position("p3.q-X_0", 41);
        Position local = new Position(Position.localEpoch("a_b-c", Optional.of(home)), 3);
        assertThat(local.isLocal()).isTrue();
        assertThat(local.home()).contains(home);
        assertThat(home.isLocal()).isFalse();
        assertThat(home.home()).isEmpty();
    }

    @Test
    @DisplayName("G8: a node that never knew the life of all names none")
    void knowsNoHome() {
        Position local = new Position(Position.localEpoch("abc", Optional.empty()), 3);
        assertThat(local.isLocal()).isTrue();
        assertThat(local.home()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "local-",
                "local-a",
                "local-a.",
                "local-a.x.e",
                "local-a.-1.e",
                "local-a.1234567890123456789.e",
                "local-a.1.",
                "locala.1.e",
                "x-local-a.1.e"
            })
    @DisplayName("G3: what a client makes up is no place of the life of all")
    void refusesWhatIsNone(String epoch) {
        assertThat(new Position(epoch, 1).home()).isEmpty();
    }

    @Test
    @DisplayName("an offset is not negative")
    void isNotNegative() {
        assertThatThrownBy(() -> new Position("e", -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
