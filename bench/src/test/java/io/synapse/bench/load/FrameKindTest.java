package io.synapse.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameKindTest {

    @ParameterizedTest(name = "{0} is {1}")
    @DisplayName("The kind of a frame is read from its event, and of a reply from its status")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0000',
            value = {
                "[\"1\",\"2\",\"cortex:a\",\"phx_reply\",{\"status\":\"ok\",\"response\":{}}]|OK",
                "[\"1\",\"2\",\"cortex:a\",\"phx_reply\",{\"status\":\"error\",\"response\":{}}]|FAILED",
                "[\"1\",null,\"cortex:a\",\"error\",{\"reason\":\"overloaded\"}]|FAILED",
                "[\"1\",null,\"cortex:a\",\"result\",{\"status\":\"success\"}]|RESULT",
                "[\"1\",null,\"cortex:a\",\"thought\",{\"seq\":1}]|PUSH",
                "[\"1\",null,\"cortex:a\",\"pong\",{}]|PUSH",
                "[null,null,\"cortex:a\",\"message\",{}]|PUSH",
            })
    void kinds(String frame, FrameKind kind) {
        assertThat(FrameKind.of(Unpooled.copiedBuffer(frame, StandardCharsets.UTF_8)))
                .isEqualTo(kind);
    }

    @Test
    @DisplayName("What is no frame of version 2 is not taken for one")
    void refusesOthers() {
        assertThatThrownBy(() -> FrameKind.of(Unpooled.copiedBuffer("{}", StandardCharsets.UTF_8)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
