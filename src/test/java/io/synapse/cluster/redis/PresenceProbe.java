package io.synapse.cluster.redis;

import java.util.Map;

/** Looks into presence over nodes, so that tests need not guess when everybody has heard of everything. */
public final class PresenceProbe {

    private PresenceProbe() {}

    /** Waits until all nodes have heard of every change. */
    public static void settle(TestNode node, RedisPresence... all) {
        TestNode.until(() -> {
            for (RedisPresence presence : all) {
                if (!presence.isSettled()) {
                    return false;
                }
            }
            for (RedisPresence presence : all) {
                for (Map.Entry<String, Long> known : presence.changes().entrySet()) {
                    byte[] changes = TestNode.join(node.link.call(redis -> redis.hget(known.getKey(), "#")));
                    if (known.getValue() != (changes == null ? 0 : Long.parseLong(Script.text(changes)))) {
                        return false;
                    }
                }
            }
            return true;
        });
    }
}
