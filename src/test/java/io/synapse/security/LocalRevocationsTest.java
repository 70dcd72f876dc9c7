package io.synapse.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LocalRevocationsTest {

    private final LocalRevocations revocations = new LocalRevocations();
    private final List<String> told = new ArrayList<>();

    @Test
    @DisplayName("B11: all are told, also after one that fails; what has no source cannot be revoked")
    void tellsAll() {
        revocations.subscribe(source -> told.add("first " + source));
        revocations.subscribe(source -> {
            throw new IllegalStateException("not for " + source);
        });
        revocations.subscribe(source -> told.add("last " + source));
        revocations.announce("k_1.1");
        assertThat(told).containsExactly("first k_1.1", "last k_1.1");
        assertThatThrownBy(() -> revocations.announce("")).isInstanceOf(IllegalArgumentException.class);
    }
}
