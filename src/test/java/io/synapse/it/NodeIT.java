package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class NodeIT {

    private static final URI NO_SERVER = URI.create("http://127.0.0.1:9/");

    @Test
    void endsATestThatHangsAndWhatItStarted() {
        var pattern = Pattern.compile("child (\\d+)");
        var failure = catchThrowableOfType(
                AssertionError.class,
                () -> Node.test(
                        "fixtures/hang.js",
                        NO_SERVER,
                        Duration.ofSeconds(60),
                        printed -> pattern.matcher(printed).find()));

        var child = pattern.matcher(failure.getMessage());
        assertThat(child.find()).as(failure.getMessage()).isTrue();
        await().atMost(10, SECONDS)
                .until(() -> ProcessHandle.of(Long.parseLong(child.group(1))).isEmpty());
    }

    @Test
    void failsWithTheOutputOfATestThatFails() {
        var failure = catchThrowableOfType(
                AssertionError.class, () -> Node.test("fixtures/fail.js", NO_SERVER, Duration.ofSeconds(60)));

        assertThat(failure).hasMessageContaining("no answer from " + NO_SERVER);
    }
}
