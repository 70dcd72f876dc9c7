package io.synapse.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import io.synapse.stream.BrokerBounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * The topics of all nodes, by name: how many there are, what they take, and news of new ones. It is kept beside the topics, in a
 * slot of its own, so it follows what happens to them and is right in the end. Safe for use by many threads.
 */
final class TopicIndex {

    private static final Script ENTER = Script.of("enter-index");
    private static final Script WEIGH = Script.of("weigh-topics");
    private static final String SLOT = "index";

    /** Whether a topic has its place; if not, which ones were not used for longest. */
    record Entered(boolean hasPlace, boolean isNew, List<String> oldest) {}

    /** What all topics take, and if that is too much, whose turn it is to give something up, and up to which time. */
    record Balance(long bytes, String heaviest, long before) {}

    private final RedisLink link;
    private final BrokerBounds bounds;
    private final LongSupplier millis;
    private final Duration kept;

    TopicIndex(RedisLink link, BrokerBounds bounds, Duration kept, LongSupplier millis) {
        this.link = link;
        this.bounds = bounds;
        this.kept = kept;
        this.millis = millis;
    }

    /** Where the names of new topics are told. */
    String channel() {
        return link.keys().of("topics-new");
    }

    private String names() {
        return link.keys().of("topics", SLOT);
    }

    CompletionStage<Entered> enter(String topic) {
        return link.<List<Object>>eval(
                        ENTER,
                        ScriptOutputType.MULTI,
                        List.of(names()),
                        Script.bytes(topic),
                        Script.bytes(millis.getAsLong()),
                        Script.bytes(bounds.topics()),
                        Script.bytes(kept.toMillis()),
                        Script.bytes(channel()))
                .thenApply(answer -> {
                    long what = TopicStore.number(answer, 0);
                    List<String> oldest = ((List<?>) answer.get(1))
                            .stream().map(name -> Script.text((byte[]) name)).toList();
                    return new Entered(what != 2, what == 1, oldest);
                });
    }

    CompletionStage<Long> remove(String topic) {
        return link.call(redis -> redis.zrem(names(), Script.bytes(topic)));
    }

    /** All names. */
    CompletionStage<List<String>> all() {
        return link.call(redis -> redis.zrange(names(), 0, -1))
                .thenApply(all -> all.stream().map(Script::text).toList());
    }

    CompletionStage<Balance> weigh(Map<String, TopicStore.Weight> weights) {
        List<byte[]> args = new ArrayList<>(List.of(
                Script.bytes(bounds.totalBytes()),
                Script.bytes(millis.getAsLong() - kept.toMillis()),
                Script.bytes(kept.toMillis())));
        weights.forEach((name, weight) -> {
            args.add(Script.bytes(name));
            args.add(Script.bytes(weight.bytes()));
            args.add(Script.bytes(weight.oldest()));
        });
        return link.<List<Object>>eval(
                        WEIGH,
                        ScriptOutputType.MULTI,
                        List.of(
                                link.keys().of("topic-sizes", SLOT),
                                link.keys().of("topic-ages", SLOT),
                                link.keys().of("topic-total", SLOT)),
                        args.toArray(byte[][]::new))
                .thenApply(answer -> new Balance(
                        TopicStore.number(answer, 0), TopicStore.text(answer, 1), TopicStore.number(answer, 2)));
    }
}
