package io.synapse.cluster.redis;

import static io.synapse.cluster.redis.TestNode.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.config.RedisConfig;
import io.synapse.testing.Certificate;
import io.synapse.testing.RedisServer;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Redis behind TLS. */
@Timeout(120)
class RedisTlsTest {

    @TempDir
    private Path folder;

    private static RedisServer server(Certificate certificate) {
        return RedisServer.secure(
                "--tls-cert-file",
                certificate.file().toString(),
                "--tls-key-file",
                certificate.keyFile().toString(),
                "--tls-ca-cert-file",
                certificate.file().toString(),
                "--tls-auth-clients",
                "no");
    }

    private static RedisConfig config(RedisServer redis, Path ca) {
        return new RedisConfig(
                List.of(redis.uri()),
                false,
                Optional.empty(),
                Optional.empty(),
                TestNode.prefix(),
                TestNode.TIMEOUT,
                1000,
                Optional.of(ca));
    }

    @Test
    @DisplayName("G8: nodes reach Redis over TLS, and topics work there")
    void works() {
        Certificate certificate = Certificate.make(folder, "redis");
        try (RedisServer redis = server(certificate)) {
            RedisConfig config = config(redis, certificate.file());
            try (BrokerNode a = new BrokerNode(TestNode.connected("a", config));
                    BrokerNode b = new BrokerNode(TestNode.connected("b", config));
                    BrokerNode.Reader onB = b.read("t")) {
                assertThat(a.publish("t", "over TLS").local()).isFalse();
                until(() -> onB.seen().contains("over TLS"));
            }
        }
    }

    @Test
    @DisplayName("G8: a Redis for which nobody vouches is not talked to")
    void refusesAStranger() {
        try (RedisServer redis = server(Certificate.make(folder, "redis"))) {
            RedisConfig config = config(redis, Certificate.make(folder, "other").file());
            try (Dialer dialer = new Dialer(config)) {
                assertThatThrownBy(() -> TestNode.join(dialer.commands()))
                        .hasRootCauseInstanceOf(CertPathBuilderException.class);
            }
        }
    }
}
