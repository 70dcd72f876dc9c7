package io.synapse.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutsideReaderTest {

    private static final String LOCATION = "mp.jwt.verify.publickey.location";

    private final Properties values = new Properties();

    @BeforeEach
    void shipped() throws IOException {
        try (InputStream in = ConfigReader.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
            values.load(in);
        }
    }

    private SynapseConfig read() {
        return new ConfigReader(
                        name -> Optional.ofNullable(values.getProperty(name)).filter(text -> !text.isEmpty()))
                .read();
    }

    private void jwt() {
        values.setProperty(LOCATION, "https://issuer/keys");
        values.setProperty("mp.jwt.verify.issuer", "https://issuer");
        values.setProperty("mp.jwt.verify.audiences", "synapse, other");
    }

    private void oidc() {
        values.setProperty("synapse.oidc.issuer", "https://issuer");
        values.setProperty("synapse.oidc.client-id", "synapse");
        values.setProperty("synapse.oidc.client-secret", "never in a log");
        values.setProperty("synapse.oidc.redirect-uri", "https://synapse.example.com/login/oidc/callback");
    }

    @Test
    @DisplayName("D7: nothing is on by itself, and each alone makes production")
    void isOffByDefault() {
        assertThat(read().outside().isAny()).isFalse();
        assertThat(read().mode()).isEqualTo(Mode.DEVELOPMENT);
        values.setProperty("synapse.auth.realm", "true");
        assertThat(read().mode()).isEqualTo(Mode.PRODUCTION);
        values.setProperty("synapse.auth.realm", "false");
        jwt();
        assertThat(read().mode()).isEqualTo(Mode.PRODUCTION);
        values.remove(LOCATION);
        oidc();
        assertThat(read().mode()).isEqualTo(Mode.PRODUCTION);
    }

    @Test
    @DisplayName("D7: the properties of MicroProfile JWT")
    void readsTheStandard() {
        jwt();
        values.setProperty("mp.jwt.verify.publickey.algorithm", "ES256");
        values.setProperty("mp.jwt.verify.clock.skew", "5");
        values.setProperty("mp.jwt.verify.token.age", "60");
        JwtConfig jwt = read().outside().jwt().orElseThrow();
        assertThat(jwt.algorithms()).containsExactly("ES256");
        assertThat(jwt.audiences()).containsExactlyInAnyOrder("synapse", "other");
        assertThat(jwt.clockSkew()).isEqualTo(Duration.ofSeconds(5));
        assertThat(jwt.maxAge()).contains(Duration.ofSeconds(60));
    }

    @ParameterizedTest
    @CsvSource({
        "mp.jwt.verify.issuer, ''",
        "mp.jwt.verify.audiences, ''",
        "mp.jwt.verify.publickey, both",
        "mp.jwt.verify.publickey.algorithm, HS256",
        "mp.jwt.verify.publickey.algorithm, none",
        "mp.jwt.verify.publickey.location, http://issuer/keys",
        "mp.jwt.verify.publickey.location, https://user:password@issuer/keys",
        "mp.jwt.verify.clock.skew, 301",
        "synapse.jwt.keys-min-interval, PT1H",
        "synapse.jwt.default-roles, admin",
        "synapse.oidc.issuer, https://other",
        "synapse.oidc.issuer, http://issuer",
        "synapse.oidc.client-id, ''",
        "synapse.oidc.redirect-uri, https://synapse.example.com/elsewhere",
        "synapse.oidc.redirect-uri, https://synapse.example.com/login/oidc/callback?x=y",
        "synapse.oidc.redirect-uri, ''",
        "synapse.oidc.scopes, profile",
        "synapse.auth.realm, yes",
    })
    @DisplayName("D7: what cannot be used fails, by its name")
    void refuses(String property, String value) {
        jwt();
        oidc();
        assertThat(read().outside().oidc()).isPresent();
        values.setProperty(property, value);
        assertThatThrownBy(this::read).isInstanceOf(ConfigException.class).hasMessageContaining(property);
    }

    @Test
    @DisplayName("D7: the client secret is in no text")
    void hidesTheSecret() {
        oidc();
        assertThat(read().toString()).doesNotContain("never in a log");
    }
}
