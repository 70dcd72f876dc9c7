package io.synapse.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.synapse.stream.Broker.Feed;
import io.synapse.stream.Broker.Page;
import io.synapse.stream.Broker.PageRequest;
import io.synapse.stream.Broker.Published;
import io.synapse.stream.Broker.TopicListener;
import io.synapse.stream.BrokerException.Reason;
import io.synapse.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link Broker} must do, on one node or on many; each implementation extends this. */
@Timeout(60)
public abstract class BrokerContract {

    protected static final Duration AGE = Duration.ofMinutes(10);
    protected static final Duration KEY_AGE = Duration.ofMinutes(2);

    /** The clock that brokers of {@link #open} look at. */
    protected final FakeTicker ticker = new FakeTicker();

    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** A broker without topics, whose entries have the size of their text. */
    protected abstract Broker<String> open(BrokerBounds bounds);

    private Broker<String> open() {
        return open(bounds(1000, 100));
    }

    protected static BrokerBounds bounds(int count, int topics) {
        return new BrokerBounds(new StreamBounds(count, 1 << 20, AGE), topics, 1 << 24, 100, KEY_AGE);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    protected static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    protected static Published publish(Broker<String> broker, String topic, String entry) {
        return join(broker.publish(topic, entry, Optional.empty()));
    }

    private static Published publish(Broker<String> broker, String topic, String entry, String key) {
        return join(broker.publish(topic, entry, Optional.of(key)));
    }

    private static Page<String> history(Broker<String> broker, String topic, Position from, int limit) {
        return join(broker.history(topic, new PageRequest(Optional.ofNullable(from), limit, false)));
    }

    private static Page<String> backwards(Broker<String> broker, String topic, Position from, int limit) {
        return join(broker.history(topic, new PageRequest(Optional.ofNullable(from), limit, true)));
    }

    private static List<String> texts(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(i -> "m" + i).toList();
    }

    private static Position publishAll(Broker<String> broker, String topic, int from, int to) {
        Position last = null;
        for (String text : texts(from, to)) {
            last = publish(broker, topic, text).position();
        }
        return last;
    }

    protected static void assertRefused(CompletionStage<?> stage, Reason reason) {
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> join(stage))
                .havingCause()
                .isInstanceOfSatisfying(
                        BrokerException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    /** Keeps what it reads of a topic, as a subscriber does. */
    private static final class Follower implements AutoCloseable {
        private final Feed<String> feed;
        private final PositionedStream.Following following;
        private final List<String> seen = new ArrayList<>();
        private long position;
        private boolean complete = true;

        Follower(Broker<String> broker, String topic, long after) {
            feed = join(broker.open(topic));
            position = after;
            following = feed.stream().follow(this::look);
            look();
        }

        synchronized void look() {
            PositionedStream.Slice<String> slice;
            do {
                slice = feed.stream().read(position, 7);
                complete &= slice.complete();
                seen.addAll(slice.entries());
                position = slice.first() + slice.entries().size() - 1;
            } while (!slice.entries().isEmpty());
        }

        synchronized List<String> seen() {
            return List.copyOf(seen);
        }

        synchronized boolean isComplete() {
            return complete;
        }

        @Override
        public void close() {
            following.end();
            feed.close();
        }
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(condition);
    }

    @Test
    @DisplayName("M23: offsets count up by one in each topic, and topics do not meet")
    void offsets() {
        Broker<String> broker = open();
        assertThat(publishAll(broker, "a", 1, 3).offset()).isEqualTo(3);
        assertThat(publishAll(broker, "b", 1, 2).offset()).isEqualTo(2);
        Position third = publishAll(broker, "a", 4, 4);
        assertThat(third.offset()).isEqualTo(4);
        assertThat(history(broker, "a", null, 100).slice().entries()).isEqualTo(texts(1, 4));
        assertThat(history(broker, "b", null, 100).slice().entries()).isEqualTo(texts(1, 2));
        assertThat(history(broker, "b", null, 100).end().epoch()).isNotEqualTo(third.epoch());
    }

    @Test
    @DisplayName("B16: whoever comes back with a position gets everything after it, or is told that it is gone")
    void recovery() {
        Broker<String> broker = open(bounds(10, 100));
        String epoch = publishAll(broker, "a", 1, 15).epoch();
        for (long had = 0; had <= 15; had++) {
            Page<String> page = history(broker, "a", new Position(epoch, had), 100);
            assertThat(page.slice().complete()).as("after %d", had).isEqualTo(had >= 5);
            assertThat(page.slice().first()).isEqualTo(Math.max(had, 5) + 1);
            assertThat(page.slice().entries()).isEqualTo(texts((int) Math.max(had, 5) + 1, 15));
            assertThat(page.end()).isEqualTo(new Position(epoch, 15));
        }
        assertThat(history(broker, "a", new Position("other", 12), 100).slice())
                .satisfies(slice -> assertThat(slice.complete()).isFalse())
                .satisfies(slice -> assertThat(slice.entries()).isEmpty());
        assertThat(history(broker, "a", new Position(epoch, 16), 100).slice().complete())
                .as("an offset that was never given")
                .isFalse();
    }

    @Test
    @DisplayName("B16: the beginning needs no epoch; the history of a topic that is not there is empty, and complete")
    void theBeginning() {
        Broker<String> broker = open();
        assertThat(history(broker, "a", null, 10)).satisfies(page -> {
            assertThat(page.slice().complete()).isTrue();
            assertThat(page.slice().entries()).isEmpty();
            assertThat(page.end().offset()).isZero();
        });
        Position nowhere = new Position("", 0);
        assertThat(history(broker, "a", nowhere, 10).slice().complete()).isTrue();
        assertThat(history(broker, "a", new Position("gone", 3), 10).slice().complete())
                .isFalse();
        publishAll(broker, "a", 1, 3);
        assertThat(history(broker, "a", nowhere, 10).slice())
                .isEqualTo(new PositionedStream.Slice<>(1, texts(1, 3), true));
    }

    @Test
    @DisplayName("M23: history page by page, forwards and backwards, is the whole of it")
    void pages() {
        Broker<String> broker = open();
        String epoch = publishAll(broker, "a", 1, 23).epoch();
        List<String> forwards = new ArrayList<>();
        for (long had = 0; had < 23; had = forwards.size()) {
            forwards.addAll(
                    history(broker, "a", new Position(epoch, had), 5).slice().entries());
        }
        assertThat(forwards).isEqualTo(texts(1, 23));
        List<String> back =
                new ArrayList<>(backwards(broker, "a", null, 5).slice().entries());
        assertThat(back).containsExactly("m23", "m22", "m21", "m20", "m19");
        while (back.size() < 23) {
            Page<String> page = backwards(broker, "a", new Position(epoch, 24L - back.size()), 5);
            assertThat(page.slice().first()).isEqualTo(23L - back.size());
            assertThat(page.slice().complete()).isTrue();
            back.addAll(page.slice().entries());
        }
        java.util.Collections.reverse(back);
        assertThat(back).isEqualTo(texts(1, 23));
        assertThat(backwards(broker, "a", new Position(epoch, 1), 5).slice().entries())
                .isEmpty();
        assertThat(backwards(broker, "a", new Position(epoch, 1), 5).slice().complete())
                .isTrue();
        assertThat(backwards(broker, "a", new Position("other", 9), 5).slice().complete())
                .isFalse();
    }

    @Test
    @DisplayName("M23: backwards, too, what is gone is said to be gone")
    void backwardsPastTheBound() {
        Broker<String> broker = open(bounds(10, 100));
        String epoch = publishAll(broker, "a", 1, 15).epoch();
        assertThat(backwards(broker, "a", null, 10).slice().complete()).isTrue();
        PositionedStream.Slice<String> slice =
                backwards(broker, "a", new Position(epoch, 8), 10).slice();
        assertThat(slice.entries()).containsExactly("m7", "m6");
        assertThat(slice.complete()).isFalse();
        assertThat(backwards(broker, "a", new Position(epoch, 4), 10).slice().complete())
                .isFalse();
    }

    @Test
    @DisplayName("M23: count, bytes and age bound what is kept of a topic")
    void boundsOfATopic() {
        Broker<String> byCount = open(bounds(10, 100));
        publishAll(byCount, "a", 1, 50);
        assertThat(history(byCount, "a", null, 100).slice().entries()).isEqualTo(texts(41, 50));
        Broker<String> byBytes = open(new BrokerBounds(new StreamBounds(1000, 10, AGE), 10, 1 << 20, 10, KEY_AGE));
        IntStream.range(0, 9).forEach(i -> publish(byBytes, "a", "four"));
        assertThat(history(byBytes, "a", null, 100).slice().entries()).hasSize(2);
        publish(byBytes, "a", "more than ten bytes");
        assertThat(history(byBytes, "a", null, 100).slice().entries()).containsExactly("more than ten bytes");
        Broker<String> byAge = open();
        publish(byAge, "a", "old");
        ticker.advance(AGE.dividedBy(2));
        Position young = publish(byAge, "a", "young").position();
        ticker.advance(AGE.dividedBy(2).plusSeconds(1));
        assertThat(history(byAge, "a", null, 100).slice().entries()).containsExactly("young");
        ticker.advance(AGE);
        Page<String> page = history(byAge, "a", new Position(young.epoch(), 1), 100);
        assertThat(page.slice().entries()).isEmpty();
        assertThat(page.slice().complete()).isFalse();
        assertThat(page.end()).isEqualTo(young);
    }

    @Test
    @DisplayName("B7: the same under the same key is appended once; something else under it is refused")
    void idempotency() {
        Broker<String> broker = open();
        Published first = publish(broker, "a", "x", "k");
        assertThat(first.duplicate()).isFalse();
        publish(broker, "a", "between");
        assertThat(publish(broker, "a", "x", "k")).isEqualTo(new Published(first.position(), true));
        assertRefused(broker.publish("a", "y", Optional.of("k")), Reason.KEY_IN_USE);
        assertThat(publish(broker, "b", "y", "k").duplicate())
                .as("another topic")
                .isFalse();
        assertThat(publish(broker, "a", "x", "k2").duplicate())
                .as("another key")
                .isFalse();
        assertThat(publish(broker, "a", "x").position().offset()).isEqualTo(4);
        assertThat(history(broker, "a", null, 100).slice().entries()).containsExactly("x", "between", "x", "x");
    }

    @Test
    @DisplayName("B7: a key is forgotten when it is too old, or when there are too many")
    void keysAreForgotten() {
        Broker<String> broker = open();
        publish(broker, "a", "x", "k");
        ticker.advance(KEY_AGE.plusSeconds(1));
        assertThat(publish(broker, "a", "x", "k").duplicate()).isFalse();
        IntStream.range(0, 100).forEach(i -> publish(broker, "a", "x", "other" + i));
        assertThat(publish(broker, "a", "y", "k").duplicate()).isFalse();
        assertThat(publish(broker, "a", "x", "other99").duplicate()).isTrue();
    }

    @RepeatedTest(5)
    @DisplayName("B7: a storm of retries appends each publication once, and all get the same position")
    void concurrentRetries() throws Exception {
        Broker<String> broker = open();
        int threadCount = 8;
        int messages = 50;
        CountDownLatch start = new CountDownLatch(1);
        List<Future<List<Published>>> all = new ArrayList<>();
        for (int i = 0; i < threadCount; i++) {
            all.add(threads.submit(() -> {
                start.await();
                return texts(1, messages).stream()
                        .map(text -> publish(broker, "a", text, "key-" + text))
                        .toList();
            }));
        }
        start.countDown();
        List<List<Published>> results = new ArrayList<>();
        for (Future<List<Published>> one : all) {
            results.add(one.get(30, TimeUnit.SECONDS));
        }
        for (int message = 0; message < messages; message++) {
            int index = message;
            assertThat(results.stream().map(list -> list.get(index).position()).distinct())
                    .hasSize(1);
            assertThat(results.stream().filter(list -> !list.get(index).duplicate()))
                    .hasSize(1);
        }
        assertThat(history(broker, "a", null, 1000).slice().entries())
                .containsExactlyInAnyOrderElementsOf(texts(1, messages));
    }

    @RepeatedTest(5)
    @DisplayName("M9: with many publishers, every subscriber sees the same order, no gap, nothing twice")
    void concurrentPublishers() throws Exception {
        Broker<String> broker = open(bounds(100_000, 100));
        int publishers = 4;
        int each = 500;
        try (Follower early = new Follower(broker, "a", 0)) {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Map<Long, String>>> all = new ArrayList<>();
            for (int p = 0; p < publishers; p++) {
                String name = "p" + p + "-";
                all.add(threads.submit(() -> {
                    start.await();
                    Map<Long, String> mine = new HashMap<>();
                    for (int i = 0; i < each; i++) {
                        mine.put(publish(broker, "a", name + i).position().offset(), name + i);
                    }
                    return mine;
                }));
            }
            start.countDown();
            Map<Long, String> byOffset = new HashMap<>();
            try (Follower late = new Follower(broker, "a", 0)) {
                for (Future<Map<Long, String>> one : all) {
                    byOffset.putAll(one.get(30, TimeUnit.SECONDS));
                }
                int total = publishers * each;
                until(() -> early.seen().size() >= total && late.seen().size() >= total);
                assertThat(byOffset).hasSize(total);
                List<String> expected = IntStream.rangeClosed(1, total)
                        .mapToObj(offset -> byOffset.get((long) offset))
                        .toList();
                assertThat(early.seen()).isEqualTo(expected);
                assertThat(late.seen()).isEqualTo(expected);
                for (int p = 0; p < publishers; p++) {
                    String name = "p" + p + "-";
                    assertThat(expected.stream().filter(text -> text.startsWith(name)))
                            .isEqualTo(IntStream.range(0, each)
                                    .mapToObj(i -> name + i)
                                    .toList());
                }
            }
        }
    }

    @Test
    @DisplayName("B16: cut at any place and begun again from there, a subscriber has everything once")
    void anyCut() {
        Broker<String> broker = open();
        Random random = new Random(7);
        int next = 1;
        for (int round = 0; round < 200; round++) {
            String topic = "t" + round % 10;
            List<String> seen = new ArrayList<>();
            long had = history(broker, topic, null, 1).end().offset();
            int first = next;
            for (int cut = 0; cut < 3; cut++) {
                try (Follower follower = new Follower(broker, topic, had)) {
                    int live = random.nextInt(4);
                    publishAll(broker, topic, next, next + live - 1);
                    next += live;
                    int wanted = next - first - seen.size();
                    until(() -> follower.seen().size() >= wanted);
                    seen.addAll(follower.seen());
                    had += follower.seen().size();
                    assertThat(follower.isComplete()).isTrue();
                }
                int missed = random.nextInt(4);
                publishAll(broker, topic, next, next + missed - 1);
                next += missed;
            }
            String epoch = history(broker, topic, null, 1).end().epoch();
            seen.addAll(history(broker, topic, new Position(epoch, had), 1000)
                    .slice()
                    .entries());
            assertThat(seen).isEqualTo(texts(first, next - 1));
        }
    }

    @Test
    @DisplayName("G9: topics are bounded; one in use is never forgotten, one that holds nothing makes room")
    void topicsComeAndGo() {
        Broker<String> broker = open(bounds(10, 3));
        String first = publish(broker, "a", "x").position().epoch();
        publish(broker, "b", "x", "k");
        Feed<String> feed = join(broker.open("c"));
        assertRefused(broker.publish("d", "x", Optional.empty()), Reason.TOO_MANY_TOPICS);
        assertRefused(broker.open("d"), Reason.TOO_MANY_TOPICS);
        ticker.advance(AGE.plusSeconds(1));
        assertThat(publish(broker, "d", "x").position().offset()).isEqualTo(1);
        Position again = publish(broker, "a", "x").position();
        assertThat(again.offset()).isEqualTo(1);
        assertThat(again.epoch()).as("another life").isNotEqualTo(first);
        assertThat(history(broker, "a", new Position(first, 1), 10).slice().complete())
                .isFalse();
        String epoch = feed.stream().epoch();
        assertThat(publish(broker, "c", "x").position()).isEqualTo(new Position(epoch, 1));
        assertRefused(broker.open("e"), Reason.TOO_MANY_TOPICS);
        feed.close();
        feed.close();
        ticker.advance(AGE.plusSeconds(1));
        List<Feed<String>> three = List.of(join(broker.open("e")), join(broker.open("f")), join(broker.open("g")));
        assertRefused(broker.open("c"), Reason.TOO_MANY_TOPICS);
        three.forEach(Feed::close);
        assertThat(join(broker.open("c")).stream().epoch()).isNotEqualTo(epoch);
    }

    @Test
    @DisplayName("G9: an entry without content is kept like any other")
    void emptyEntriesAreKept() {
        Broker<String> broker = open(bounds(10, 1));
        publish(broker, "a", "");
        assertRefused(broker.publish("b", "x", Optional.empty()), Reason.TOO_MANY_TOPICS);
        assertThat(history(broker, "a", null, 10).slice().entries()).containsExactly("");
    }

    @Test
    @DisplayName("G9: the memory of all topics together is bounded; what is oldest goes first")
    void totalBytes() {
        Broker<String> broker = open(new BrokerBounds(new StreamBounds(1000, 1 << 20, AGE), 100, 10_000, 100, KEY_AGE));
        String entry = "x".repeat(100);
        IntStream.range(0, 50).forEach(i -> publish(broker, "quiet", entry));
        for (int i = 0; i < 500; i++) {
            ticker.advance(Duration.ofMillis(1));
            publish(broker, "busy", entry);
            publish(broker, "keyed", entry, "key" + i);
            assertThat(broker.status().bytes()).isLessThanOrEqualTo(10_000);
        }
        assertThat(history(broker, "quiet", null, 100).slice().entries()).isEmpty();
        assertThat(history(broker, "busy", null, 100).slice().entries()).isNotEmpty();
    }

    /** Keeps a table of the topics there are, as it is told. */
    private static final class Watcher implements TopicListener<String> {
        private final Map<String, PositionedStream<String>> present = new ConcurrentHashMap<>();
        private final Set<String> fresh = ConcurrentHashMap.newKeySet();

        @Override
        public void appeared(String topic, PositionedStream<String> stream, boolean isNew) {
            present.put(topic, stream);
            if (isNew) {
                fresh.add(topic);
            }
        }

        @Override
        public void gone(String topic, PositionedStream<String> stream) {
            present.remove(topic, stream);
        }
    }

    @Test
    @DisplayName("K5: whoever watches is told of the topics there are, those that come, and those that go")
    void watching() {
        Broker<String> broker = open(bounds(10, 3));
        publish(broker, "a", "x");
        Watcher watcher = new Watcher();
        broker.watch(watcher);
        assertThat(watcher.present).containsOnlyKeys("a");
        assertThat(watcher.fresh).isEmpty();
        Feed<String> feed = join(broker.open("b"));
        publish(broker, "c", "y");
        assertThat(watcher.present).containsOnlyKeys("a", "b", "c");
        assertThat(watcher.fresh).containsExactlyInAnyOrder("b", "c");
        assertThat(watcher.present.get("c").read(0, 10).entries()).containsExactly("y");
        ticker.advance(AGE.plusSeconds(1));
        publish(broker, "d", "z");
        publish(broker, "e", "z");
        assertThat(watcher.present).containsOnlyKeys("b", "d", "e");
        feed.close();
    }

    @RepeatedTest(3)
    @DisplayName("K5: a watcher's table is that of the broker after a storm of topics that come and go")
    void watchingAStorm() throws Exception {
        Broker<String> broker = open(bounds(10, 8));
        Watcher watcher = new Watcher();
        broker.watch(watcher);
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Random random = new Random(t);
            all.add(threads.submit(() -> {
                for (int i = 0; i < 2000; i++) {
                    broker.open("t" + random.nextInt(20))
                            .thenAccept(Feed::close)
                            .exceptionally(tooMany -> null);
                }
            }));
        }
        for (Future<?> one : all) {
            one.get(30, TimeUnit.SECONDS);
        }
        until(() -> watcher.present.size() == broker.status().topics());
        Set<PositionedStream<String>> streams = new HashSet<>();
        watcher.present.forEach((name, stream) -> {
            try (Feed<String> feed = join(broker.open(name))) {
                assertThat(feed.stream().epoch()).isEqualTo(stream.epoch());
                streams.add(stream);
            }
        });
        assertThat(streams).hasSize(watcher.present.size());
    }
}
