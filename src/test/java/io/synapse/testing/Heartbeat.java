package io.synapse.testing;

import io.synapse.config.HeartbeatConfig;
import java.time.Duration;

/** Heartbeats for tests, as they are by default. */
public final class Heartbeat {

    /** A ping every 30 s; idle after 60 s, or 300 s on {@code /ws}; dead after 60 s without an answer. */
    public static final HeartbeatConfig CONFIG = new HeartbeatConfig(
            Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(60), Duration.ofSeconds(300));

    private Heartbeat() {}
}
