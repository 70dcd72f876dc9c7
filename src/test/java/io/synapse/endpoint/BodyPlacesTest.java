package io.synapse.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BodyPlacesTest {

    private final BodyPlaces places = new BodyPlaces();

    @Test
    @DisplayName("M18 M15: of one address two bodies come at a time, of all five; a place that is given back is free")
    void boundsBodies() {
        assertThat(places.enter("a")).isTrue();
        assertThat(places.enter("a")).isTrue();
        assertThat(places.enter("a")).isFalse();
        assertThat(places.enter("b")).isTrue();
        assertThat(places.enter("b")).isTrue();
        assertThat(places.enter("c")).isTrue();
        assertThat(places.enter("d")).isFalse();
        places.leave("a");
        assertThat(places.enter("d")).isTrue();
        places.leave("a");
        assertThat(places.enter("a")).isTrue();
    }
}
