package io.synapse.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HandshakeCheckTest {

    private final HandshakeCheck check =
            new HandshakeCheck(new Authenticator(List.of(knows("key"))), knows("login"), knows("ticket"));

    private static CredentialCheck knows(String only) {
        return shown -> shown.equals(only) ? Optional.of(new Identity(only, Set.of())) : Optional.empty();
    }

    private Optional<HandshakeCheck.Shown> shown(String ticket, String session, String key, String cookie) {
        Map<String, String> parameters = new HashMap<>();
        Optional.ofNullable(ticket).ifPresent(text -> parameters.put("ticket", text));
        Optional.ofNullable(session).ifPresent(text -> parameters.put("session_token", text));
        Handshake handshake = new Handshake(
                "GET",
                true,
                "127.0.0.1",
                Optional.of("localhost"),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.ofNullable(cookie),
                List.of(),
                parameters);
        return check.shown(handshake, Optional.ofNullable(key));
    }

    @ParameterizedTest
    @CsvSource({
        "ticket,login,key,login,ticket",
        ",login,key,login,login",
        ",,key,login,key",
        ",,,login,login",
        "wrong,login,key,login,",
        ",wrong,key,login,",
        ",,wrong,login,",
        "login,,,,",
        ",ticket,,,",
        ",key,,,",
        ",,,key,",
        "undefined,,key,,key"
    })
    @DisplayName("M3 G4: the first that is shown counts, good or not, and each parameter is for its own kind")
    void takesTheFirst(String ticket, String session, String key, String cookie, String who) {
        assertThat(shown(ticket, session, key, cookie).orElseThrow().identify().map(Identity::subject))
                .isEqualTo(Optional.ofNullable(who));
    }

    @Test
    @DisplayName("M3: nothing shown is nothing, and what is shown is never written out")
    void saysNothing() {
        assertThat(shown(null, null, null, null)).isEmpty();
        assertThat(shown("", "undefined", null, null)).isEmpty();
        assertThat(shown(null, null, "key", null).orElseThrow().toString()).doesNotContain("key");
    }

    @ParameterizedTest
    @CsvSource({
        "localhost:8080,http://localhost:8080,,true",
        "localhost:8080,http://localhost:8080,same-origin,true",
        "localhost:8080,http://localhost:8080,cross-site,false",
        "localhost:8080,http://localhost:8081,,false",
        "localhost:8080,http://evil.example,same-origin,false",
        "localhost:8080,null,,false",
        "localhost:8080,,,false",
        "localhost:8080,,same-origin,true",
        "localhost:8080,,same-site,false",
        "localhost:8080,,none,false",
        "app.example.com,https://app.example.com,,true",
        ",http://localhost,,false"
    })
    @DisplayName("M3: a cookie counts only where it is certain that a page of this very host asks")
    void knowsItsOwnPages(String host, String origin, String site, boolean own) {
        assertThat(AccessPolicy.isSameOrigin(
                        Optional.ofNullable(host), Optional.ofNullable(origin), Optional.ofNullable(site)))
                .isEqualTo(own);
    }
}
