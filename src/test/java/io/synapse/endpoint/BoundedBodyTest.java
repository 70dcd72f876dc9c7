package io.synapse.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BoundedBodyTest {

    @Test
    @DisplayName("K8: a body up to the bound is read; of a larger one some megabytes are read past, and no more")
    void reads() throws Exception {
        assertThat(BoundedBody.read(new ByteArrayInputStream(new byte[10]), 10)).contains(new byte[10]);
        assertThat(BoundedBody.read(new ByteArrayInputStream(new byte[0]), 10)).contains(new byte[0]);
        ByteArrayInputStream larger = new ByteArrayInputStream(new byte[100]);
        assertThat(BoundedBody.read(larger, 10)).isEmpty();
        assertThat(larger.available()).isZero();
        ByteArrayInputStream huge = new ByteArrayInputStream(new byte[16 << 20]);
        assertThat(BoundedBody.read(huge, 10)).isEmpty();
        assertThat(huge.available()).isPositive();
    }
}
