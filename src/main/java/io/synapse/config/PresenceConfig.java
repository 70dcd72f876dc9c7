package io.synapse.config;

import java.time.Duration;

/**
 * Who is seen as present, and how often it is told.
 *
 * @param leaveGrace how long somebody who has gone is held to be there still; zero: not at all
 * @param batchInterval how long changes of one topic are gathered into one diff
 * @param maxListed members of one topic that are listed; there may be more, who are counted only
 * @param maxTracked members of one topic; one more is not tracked
 */
public record PresenceConfig(Duration leaveGrace, Duration batchInterval, int maxListed, int maxTracked) {}
