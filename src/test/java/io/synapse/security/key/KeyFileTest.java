package io.synapse.security.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFileTest {

    private static final Instant START = Instant.parse("2026-01-02T03:04:05.678Z");

    @TempDir
    private Path folder;

    private Path path;

    @BeforeEach
    void choose() {
        path = folder.resolve("keys.json");
    }

    private LocalKeys open() {
        return new LocalKeys(Optional.of(new KeyFile(path)), 10);
    }

    private static ManagedKey key(String id, String name) {
        return new ManagedKey(
                id,
                new Identity(
                        name,
                        "acme",
                        Set.of("a \"quoted\"", "b"),
                        Set.of("t:**"),
                        Set.of(Role.USER, Role.ADMIN),
                        Credential.ofKey(id)),
                "a".repeat(64),
                1,
                Optional.empty(),
                START,
                Optional.of(START.plusSeconds(9)),
                Optional.empty(),
                Optional.empty());
    }

    @Test
    @DisplayName("M17: what is kept is there again, all of it, and nobody else may read the file")
    void isThereAgain() throws IOException {
        LocalKeys keys = open();
        assertThat(keys.isDurable()).isTrue();
        ManagedKey one = key("k_0123456789abcdef", "one");
        ManagedKey two = key("k_0123456789abcdee", "two");
        keys.add(one);
        keys.add(two);
        keys.update(one.id(), key -> key.rotated("b".repeat(64), Duration.ofHours(1), START));
        keys.used(Map.of(one.id(), START, "k_gone", START));
        keys.update(two.id(), key -> key.revoked(START));
        assertThat(open().page("", 10)).isEqualTo(keys.page("", 10)).hasSize(2);
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"format\":2,\"keys\":[]}",
                "{\"format\":1,\"keys\":[1]}",
                "{\"format\":1,\"keys\":[{\"id\":\"k_0123456789abcdef\"}]}",
                "{\"format\":1,\"keys\":[]} {",
                "{\"format\":1,\"keys\":[",
            })
    @DisplayName("M17: a damaged file fails the start, which says what to do, and is left as it is")
    void isDamaged(String text) throws IOException {
        Files.writeString(path, text);
        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("synapse.auth.key-file")
                .hasMessageContaining("damaged");
        assertThat(Files.readString(path)).isEqualTo(text);
    }

    @Test
    @DisplayName("M17: every cut of a good file is a damaged one")
    void isCut() throws IOException {
        open().add(key("k_0123456789abcdef", "one"));
        String whole = Files.readString(path).strip();
        for (int length : List.of(0, 1, whole.length() / 3, whole.length() / 2, whole.length() - 1)) {
            Files.writeString(path, whole.substring(0, length));
            assertThatThrownBy(this::open).isInstanceOf(IllegalStateException.class);
        }
        Files.write(path, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(this::open).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @DisplayName("M17: what cannot be written has not happened")
    void cannotBeWritten() throws IOException {
        LocalKeys keys = open();
        keys.add(key("k_0123456789abcdef", "one"));
        Files.delete(path);
        Files.delete(folder);
        assertThatThrownBy(() -> keys.add(key("k_0123456789abcdee", "two"))).isInstanceOf(UncheckedIOException.class);
        assertThat(keys.page("", 10)).hasSize(1);
        Files.createDirectory(folder);
    }
}
