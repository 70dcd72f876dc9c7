package io.synapse.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import io.synapse.platform.Ids;
import io.synapse.stream.Broker.PageRequest;
import io.synapse.stream.BrokerBounds;
import io.synapse.stream.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * One topic in Redis: what can be done with it, each a script, so that it is done as one step. Safe for use by many threads.
 *
 * @param <E> what is published
 */
final class TopicStore<E> {

    /** How long a node has a topic open that is not heard of. */
    static final Duration HOLD = Duration.ofMinutes(3);

    /** What is kept stays a little longer than anybody asks for it, as the clocks of nodes differ. */
    private static final Duration MARGIN = Duration.ofMinutes(5);

    private static final Script PUBLISH = Script.of("topic", "publish");
    private static final Script READ = Script.of("topic", "read-topic");
    private static final Script LEAVE = Script.of("topic", "leave-topic");
    private static final Script TRIM = Script.of("topic", "trim-topic");
    private static final byte[] YES = Script.bytes("1");
    private static final byte[] NO = Script.bytes("");

    /** Something to publish. */
    record Letter<E>(String id, E entry, Optional<String> key, long at) {}

    /** What came of it. */
    enum Outcome {
        APPENDED,
        DUPLICATE,
        KEY_IN_USE
    }

    /** The same, and how the topic is now. */
    record Receipt(Outcome outcome, Position position, boolean created, Weight weight) {}

    /** The memory of a topic, and the time of its oldest entry. */
    record Weight(long bytes, long oldest) {}

    /** What was read; the base is the end of the topic when its life began. */
    record Found<E>(Position end, long base, boolean created, List<StoredEntry<E>> entries) {}

    private final RedisLink link;
    private final EntryCodec<E> codec;
    private final String self;
    private final Ids ids;
    private final LongSupplier millis;
    private final Duration kept;
    private final byte[][] bounds;

    TopicStore(RedisLink link, EntryCodec<E> codec, String self, BrokerBounds bounds, Ids ids, LongSupplier millis) {
        this.link = link;
        this.codec = codec;
        this.self = self;
        this.ids = ids;
        this.millis = millis;
        kept = Stream.of(bounds.topic().age(), bounds.keyAge(), HOLD)
                .max(Duration::compareTo)
                .orElseThrow()
                .plus(MARGIN);
        this.bounds = new byte[][] {
            Script.bytes(bounds.topic().age().toMillis()),
            Script.bytes(bounds.topic().count()),
            Script.bytes(bounds.topic().bytes()),
            Script.bytes(bounds.keys()),
            Script.bytes(bounds.keyAge().toMillis()),
            Script.bytes(kept.toMillis())
        };
    }

    /** How long a topic stays that nobody uses. */
    Duration kept() {
        return kept;
    }

    String channel(String topic) {
        return link.keys().of("topic", topic);
    }

    private List<String> keys(String topic) {
        return Stream.of("topic", "log", "uses", "order", "holders")
                .map(kind -> link.keys().of(kind, topic))
                .toList();
    }

    private byte[][] args(byte[]... more) {
        byte[][] all = new byte[1 + bounds.length + more.length][];
        all[0] = Script.bytes(millis.getAsLong());
        System.arraycopy(bounds, 0, all, 1, bounds.length);
        System.arraycopy(more, 0, all, 1 + bounds.length, more.length);
        return all;
    }

    /** Publishes; again, if it may have been done before. */
    CompletionStage<Receipt> publish(String topic, Letter<E> letter, boolean again) {
        byte[][] args = args(
                Script.bytes(ids.next()),
                Script.bytes(codec.bytes(letter.entry())),
                Script.bytes(letter.id()),
                codec.encode(letter.entry()),
                Script.bytes(letter.key().orElse("")),
                letter.key().isPresent() ? Script.bytes(codec.content(letter.entry())) : NO,
                again ? YES : NO,
                Script.bytes(channel(topic)));
        // The same at every attempt: a reader must not find two times for one publication.
        args[0] = Script.bytes(letter.at());
        return link.<List<Object>>eval(PUBLISH, ScriptOutputType.MULTI, keys(topic), args)
                .thenApply(answer -> new Receipt(
                        Outcome.values()[(int) number(answer, 0)],
                        new Position(text(answer, 1), number(answer, 2)),
                        number(answer, 3) == 1,
                        new Weight(number(answer, 4), number(answer, 5))));
    }

    /**
     * Reads what comes after a place, for a node that has the topic open; from {@code *}, whatever the epoch is.
     *
     * @param lastId what the entry at that place is called, by which another life is found out that has the same epoch
     */
    CompletionStage<Found<E>> follow(String topic, Position after, String lastId, int limit) {
        return read(
                topic,
                Script.bytes(ids.next()),
                Script.bytes(self),
                Script.bytes(millis.getAsLong() + HOLD.toMillis()),
                Script.bytes(after.epoch()),
                Script.bytes(after.offset()),
                Script.bytes(lastId),
                Script.bytes(limit),
                NO);
    }

    /** Reads a part, without opening anything. */
    CompletionStage<Found<E>> page(String topic, PageRequest request) {
        Position from = request.from()
                .filter(place -> !place.isIn(""))
                .orElseGet(() ->
                        new Position("*", request.backwards() && request.from().isEmpty() ? Long.MAX_VALUE / 4 : 0));
        return read(
                topic,
                NO,
                NO,
                NO,
                Script.bytes(from.epoch()),
                Script.bytes(from.offset()),
                NO,
                Script.bytes(request.limit()),
                request.backwards() ? YES : NO);
    }

    private CompletionStage<Found<E>> read(String topic, byte[]... more) {
        return link.<List<Object>>eval(READ, ScriptOutputType.MULTI, keys(topic), args(more))
                .thenApply(answer -> {
                    String epoch = text(answer, 0);
                    return new Found<>(
                            new Position(epoch, number(answer, 1)),
                            number(answer, 2),
                            number(answer, 3) == 1,
                            entries(epoch, (List<?>) answer.get(4)));
                });
    }

    private List<StoredEntry<E>> entries(String epoch, List<?> flat) {
        List<StoredEntry<E>> entries = new ArrayList<>(flat.size() / 4);
        for (int i = 0; i < flat.size(); i += 4) {
            entries.add(new StoredEntry<>(
                    new Position(epoch, number(flat, i)), number(flat, i + 1), text(flat, i + 2), codec.decode((byte[])
                            flat.get(i + 3))));
        }
        return entries;
    }

    /** This node has it open no more; gives whether it is gone, because nobody has and nothing is kept of it. */
    CompletionStage<Boolean> leave(String topic) {
        return link.<Long>eval(LEAVE, ScriptOutputType.INTEGER, keys(topic), args(Script.bytes(self)))
                .thenApply(gone -> gone == 1);
    }

    /** Gives up what is older than a time, until there is enough. */
    CompletionStage<Weight> trim(String topic, long before, long bytes) {
        return link.<List<Object>>eval(
                        TRIM, ScriptOutputType.MULTI, keys(topic), args(Script.bytes(before), Script.bytes(bytes)))
                .thenApply(answer -> new Weight(number(answer, 0), number(answer, 1)));
    }

    CompletionStage<Boolean> exists(String topic) {
        return link.call(redis -> redis.exists(link.keys().of("topic", topic))).thenApply(count -> count > 0);
    }

    static long number(List<?> answer, int index) {
        Object value = answer.get(index);
        return value instanceof byte[] bytes ? Long.parseLong(Script.text(bytes)) : (Long) value;
    }

    static String text(List<?> answer, int index) {
        return Script.text((byte[]) answer.get(index));
    }
}
