package io.synapse.config;

import java.time.Duration;

/**
 * Bounds on topics, and who may use them.
 *
 * @param maxTopics topics on this node; one more is refused unless one that nobody uses can go
 * @param maxPatterns different patterns subscribed to at a time
 * @param subscriptionsPerConnection topics and patterns one connection may subscribe to at a time
 * @param messageBytes the largest payload that can be published, in UTF-8
 * @param historyCount messages kept of one topic; also how far a subscriber may be behind
 * @param historyBytes memory kept of one topic
 * @param historyAge how long a message is kept
 * @param totalBytes memory kept of all topics
 * @param pageSize messages one answer about the history holds at most
 * @param keys idempotency keys remembered of one topic
 * @param keyAge how long
 * @param slowPolicy the word for what happens to a subscriber that is too slow, unless it asks otherwise
 * @param localWhenAway whether what is published while the other nodes cannot be reached goes to those on this node;
 *     otherwise it is refused
 * @param access who may subscribe and publish where
 */
public record TopicsConfig(
        int maxTopics,
        int maxPatterns,
        int subscriptionsPerConnection,
        int messageBytes,
        int historyCount,
        int historyBytes,
        Duration historyAge,
        long totalBytes,
        int pageSize,
        int keys,
        Duration keyAge,
        String slowPolicy,
        boolean localWhenAway,
        TopicAccessConfig access) {}
