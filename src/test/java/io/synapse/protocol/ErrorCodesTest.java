package io.synapse.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorCodesTest {

    @ParameterizedTest
    @DisplayName("K3: the codes are those of JSON-RPC, and one for every refusal of the server's own")
    @CsvSource({
        "Invalid message format, -32700",
        "invalid message, -32600",
        "unknown type, -32601",
        "'missing required fields: q, ref', -32602",
        "invalid field, -32602",
        "unknown tool, -32602",
        "invalid arguments, -32602",
        "unknown channel, -32602",
        "internal_error, -32603",
        "forbidden, -32000",
        "not_found, -32000",
        "Message rejected: system overloaded, -32000",
        "whatever comes later, -32000"
    })
    void codes(String reason, int code) {
        assertThat(ErrorCodes.of(reason)).isEqualTo(code);
    }
}
