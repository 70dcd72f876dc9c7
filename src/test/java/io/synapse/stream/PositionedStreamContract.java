package io.synapse.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.stream.PositionedStream.Following;
import io.synapse.stream.PositionedStream.Slice;
import io.synapse.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link PositionedStream} must do, however it is made; each implementation extends this. */
@Timeout(30)
abstract class PositionedStreamContract {

    private static final Duration AGE = Duration.ofMinutes(10);

    /** The clock that the streams of {@link #open} look at. */
    protected final FakeTicker ticker = new FakeTicker();

    /** An empty stream whose entries have the given sizes. */
    protected abstract PositionedStream<String> open(StreamBounds bounds, ToIntFunction<String> sizer);

    private PositionedStream<String> open() {
        return open(new StreamBounds(1_000_000, 1 << 30, AGE), String::length);
    }

    private PositionedStream<String> open(int count, long bytes) {
        return open(new StreamBounds(count, bytes, AGE), String::length);
    }

    private static void append(PositionedStream<String> stream, int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> stream.append("e" + i));
    }

    @Test
    void anEmptyStreamEndsAtZero() {
        PositionedStream<String> stream = open();
        assertThat(stream.end()).isZero();
        assertThat(stream.bytes()).isZero();
        assertThat(stream.read(0, 10)).isEqualTo(new Slice<>(1, List.of(), true));
    }

    @Test
    void givesOffsetsFromOneOn() {
        PositionedStream<String> stream = open();
        assertThat(stream.append("a")).isEqualTo(1);
        assertThat(stream.append("b")).isEqualTo(2);
        assertThat(stream.end()).isEqualTo(2);
    }

    @Test
    void readsWhatComesAfterAnOffset() {
        PositionedStream<String> stream = open();
        append(stream, 1, 5);
        assertThat(stream.read(0, 10)).isEqualTo(new Slice<>(1, List.of("e1", "e2", "e3", "e4", "e5"), true));
        assertThat(stream.read(3, 10)).isEqualTo(new Slice<>(4, List.of("e4", "e5"), true));
        assertThat(stream.read(5, 10)).isEqualTo(new Slice<>(6, List.of(), true));
    }

    @Test
    void readsNoMoreThanWasAskedFor() {
        PositionedStream<String> stream = open();
        append(stream, 1, 5);
        assertThat(stream.read(1, 2)).isEqualTo(new Slice<>(2, List.of("e2", "e3"), true));
    }

    @Test
    void readsAllThatIsThereWhenAskedForAsMuchAsPossible() {
        // The failure looked like an IllegalArgumentException from the size of the list: from + max had overflown.
        PositionedStream<String> stream = open();
        append(stream, 1, 5);
        assertThat(stream.read(3, Integer.MAX_VALUE).entries()).containsExactly("e4", "e5");
    }

    @Test
    void aReaderThatClaimsMoreThanThereIsGetsNothing() {
        // A client's after_seq goes up to Long.MAX_VALUE, whose successor is negative: it used to get everything.
        PositionedStream<String> stream = open();
        append(stream, 1, 5);
        for (long after : new long[] {6, 1000, Long.MAX_VALUE - 1, Long.MAX_VALUE}) {
            assertThat(stream.read(after, 10).entries()).as("after %d", after).isEmpty();
        }
    }

    @Test
    void aNegativeOffsetMeansNone() {
        PositionedStream<String> stream = open();
        append(stream, 1, 2);
        assertThat(stream.read(-1, 10)).isEqualTo(new Slice<>(1, List.of("e1", "e2"), true));
        assertThat(stream.read(Long.MIN_VALUE, 10)).isEqualTo(new Slice<>(1, List.of("e1", "e2"), true));
    }

    @Test
    void keepsNoMoreEntriesThanItsBound() {
        PositionedStream<String> stream = open(3, 1000);
        append(stream, 1, 5);
        assertThat(stream.read(0, 10)).isEqualTo(new Slice<>(3, List.of("e3", "e4", "e5"), false));
        assertThat(stream.read(1, 10).complete()).isFalse();
        assertThat(stream.read(2, 10)).isEqualTo(new Slice<>(3, List.of("e3", "e4", "e5"), true));
        assertThat(stream.end()).isEqualTo(5);
    }

    @Test
    void keepsNoMoreBytesThanItsBound() {
        PositionedStream<String> stream = open(100, 10);
        stream.append("aaaa");
        stream.append("bbbb");
        stream.append("cc");
        assertThat(stream.bytes()).isEqualTo(10);
        stream.append("d");
        assertThat(stream.bytes()).isEqualTo(7);
        assertThat(stream.read(0, 10)).isEqualTo(new Slice<>(2, List.of("bbbb", "cc", "d"), false));
    }

    @Test
    void keepsTheNewestEntryHoweverLargeItIs() {
        PositionedStream<String> stream = open(100, 10);
        stream.append("a");
        stream.append("x".repeat(50));
        assertThat(stream.read(1, 10).entries()).containsExactly("x".repeat(50));
        stream.append("b");
        assertThat(stream.read(0, 10)).isEqualTo(new Slice<>(3, List.of("b"), false));
    }

    @Test
    void forgetsEntriesThatAreTooOld() {
        PositionedStream<String> stream = open();
        stream.append("old");
        ticker.advance(Duration.ofMinutes(6));
        stream.append("new");
        ticker.advance(Duration.ofMinutes(4));
        assertThat(stream.read(0, 10).entries()).containsExactly("old", "new");
        ticker.advance(Duration.ofNanos(1));
        assertThat(stream.read(0, 10)).isEqualTo(new Slice<>(2, List.of("new"), false));
        ticker.advance(Duration.ofMinutes(6));
        assertThat(stream.read(0, 10)).isEqualTo(new Slice<>(3, List.of(), false));
        assertThat(stream.read(2, 10)).isEqualTo(new Slice<>(3, List.of(), true));
        assertThat(stream.append("newest")).isEqualTo(3);
    }

    @Test
    void countsOnlyBytesThatCanStillBeRead() {
        PositionedStream<String> stream = open();
        stream.append("old");
        ticker.advance(Duration.ofMinutes(11));
        assertThat(stream.bytes()).isZero();
    }

    @Test
    void takesAnyAgeForForever() {
        PositionedStream<String> stream =
                open(new StreamBounds(10, 100, Duration.ofSeconds(Long.MAX_VALUE)), String::length);
        stream.append("a");
        ticker.advance(Duration.ofDays(10_000));
        assertThat(stream.read(0, 1).entries()).containsExactly("a");
    }

    @Test
    void tellsFollowersOfEachAppendAfterItCanBeRead() {
        PositionedStream<String> stream = open();
        List<String> seen = new ArrayList<>();
        stream.follow(() -> seen.addAll(stream.read(seen.size(), 10).entries()));
        append(stream, 1, 3);
        assertThat(seen).containsExactly("e1", "e2", "e3");
    }

    @Test
    void aFollowerThatEndedIsNotTold() {
        PositionedStream<String> stream = open();
        AtomicInteger told = new AtomicInteger();
        Runnable follower = told::incrementAndGet;
        Following first = stream.follow(follower);
        Following second = stream.follow(follower);
        stream.append("a");
        first.end();
        first.end();
        stream.append("b");
        assertThat(told).hasValue(3);
        second.end();
        stream.append("c");
        assertThat(told).hasValue(3);
    }

    @Test
    void aFollowerMayEndItselfAndAppendWhileItIsTold() {
        PositionedStream<String> stream = open();
        Following[] following = new Following[1];
        following[0] = stream.follow(() -> {
            following[0].end();
            stream.append("from the follower");
        });
        stream.append("a");
        assertThat(stream.read(0, 10).entries()).containsExactly("a", "from the follower");
    }

    @Test
    void aFollowerThatThrowsDisturbsNeitherTheAppenderNorTheOthers() {
        // The failure looked like a second viewer that stood still, and an engine that failed with a viewer's
        // exception.
        PositionedStream<String> stream = open();
        AtomicInteger told = new AtomicInteger();
        stream.follow(() -> {
            throw new IllegalStateException("bug");
        });
        stream.follow(told::incrementAndGet);
        assertThat(stream.append("a")).isEqualTo(1);
        assertThat(told).hasValue(1);
    }

    @Test
    void theEpochStaysTheSame() {
        PositionedStream<String> stream = open();
        String epoch = stream.epoch();
        append(stream, 1, 3);
        assertThat(stream.epoch()).isNotEmpty().isEqualTo(epoch);
    }

    @Test
    void appendersThatRaceGetOffsetsOfTheirOwn() throws Exception {
        PositionedStream<String> stream = open();
        int each = 5_000;
        List<Long> offsets = Collections.synchronizedList(new ArrayList<>());
        concurrently(4, number -> {
            for (int i = 0; i < each; i++) {
                offsets.add(stream.append(number + ":" + i));
            }
        });
        assertThat(offsets).hasSize(4 * each).doesNotHaveDuplicates();
        assertThat(stream.end()).isEqualTo(4L * each);
        List<String> all = stream.read(0, Integer.MAX_VALUE).entries();
        for (int number = 0; number < 4; number++) {
            String prefix = number + ":";
            assertThat(all.stream().filter(entry -> entry.startsWith(prefix)))
                    .as("the order of one appender")
                    .containsExactlyElementsOf(
                            IntStream.range(0, each).mapToObj(i -> prefix + i).toList());
        }
    }

    /** Follows as a client's viewer does: one thread at a time reads, the others leave a mark. */
    private static final class Viewer implements Runnable {
        private final PositionedStream<String> stream;
        private final CountDownLatch complete;
        private final AtomicInteger wake = new AtomicInteger();
        private final List<String> seen = new ArrayList<>();
        private final int expected;
        private long position;

        Viewer(PositionedStream<String> stream, int expected, CountDownLatch complete) {
            this.stream = stream;
            this.expected = expected;
            this.complete = complete;
        }

        @Override
        public void run() {
            if (wake.getAndIncrement() != 0) {
                return;
            }
            int seenWakes = 1;
            do {
                Slice<String> slice = stream.read(position, 7);
                while (!slice.entries().isEmpty()) {
                    seen.addAll(slice.entries());
                    position += slice.entries().size();
                    slice = stream.read(position, 7);
                }
                if (position == expected) {
                    complete.countDown();
                }
                seenWakes = wake.addAndGet(-seenWakes);
            } while (seenWakes != 0);
        }
    }

    @RepeatedTest(20)
    void whoFollowsAndThenReadsMissesNothing() throws Exception {
        PositionedStream<String> stream = open();
        int each = 2_000;
        int viewers = 3;
        CountDownLatch complete = new CountDownLatch(viewers);
        List<Viewer> all = new ArrayList<>();
        concurrently(3, number -> {
            Viewer viewer = new Viewer(stream, 3 * each, complete);
            for (int i = 0; i < each; i++) {
                stream.append(number + ":" + i);
                if (i == each / 2) {
                    stream.follow(viewer);
                    viewer.run();
                    synchronized (all) {
                        all.add(viewer);
                    }
                }
            }
        });
        assertThat(complete.await(10, TimeUnit.SECONDS)).isTrue();
        List<String> expected = stream.read(0, Integer.MAX_VALUE).entries();
        assertThat(all).allSatisfy(viewer -> assertThat(viewer.seen).isEqualTo(expected));
    }

    private interface Body {
        void run(int number) throws Exception;
    }

    private static void concurrently(int threads, Body body) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> running = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int number = t;
                running.add(executor.submit(() -> {
                    start.await();
                    body.run(number);
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> future : running) {
                future.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }
}
