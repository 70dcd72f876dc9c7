package io.synapse.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PassingCredentialsTest {

    private static final Identity ANN = new Identity("realm:ann", Set.of());

    private final PassingCredentials passing = new PassingCredentials(new Secrets());

    @Test
    @DisplayName("D7: a credential of one request is asked for when it is looked at, and is nobody's after it")
    void lastsAsLongAsItsRequest() {
        AtomicInteger asked = new AtomicInteger();
        String credential = passing.open(() -> {
            asked.incrementAndGet();
            return Optional.of(ANN);
        });
        String other = passing.open(Optional::empty);
        assertThat(asked).hasValue(0);
        assertThat(passing.identify(credential)).contains(ANN);
        assertThat(passing.identify(other)).isEmpty();
        assertThat(passing.identify(credential + "0")).isEmpty();
        assertThat(passing.identify("ann")).isEmpty();
        passing.forget(credential);
        assertThat(passing.identify(credential)).isEmpty();
        assertThat(asked).hasValue(1);
    }
}
