package io.synapse.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RandomIdsTest {

    @Test
    void idsHave22CharactersOfTheUrlSafeAlphabetAndNeverRepeat() {
        Ids ids = new RandomIds();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 50_000; i++) {
            String id = ids.next();
            assertThat(id.length()).isEqualTo(22);
            assertThat(seen.add(id)).isTrue();
        }
        assertThat(String.join("", seen)).matches("[A-Za-z0-9_-]+");
    }
}
