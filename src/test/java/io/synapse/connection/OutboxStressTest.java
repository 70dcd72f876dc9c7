package io.synapse.connection;

import static io.synapse.connection.Frames.bounds;
import static io.synapse.connection.Frames.roomy;
import static io.synapse.connection.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.synapse.connection.Outbox.Lane;
import io.synapse.connection.Outbox.Offer;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import io.synapse.testing.ManualTimers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("B5")
@Timeout(60)
class OutboxStressTest {

    private static final int PRODUCERS = 4;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ManualTimers timers = new ManualTimers();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /** Completes at random on the caller's stack or on others, out of order, and now and then twice. */
    private static final class ErraticTransport implements Transport {
        private final Window window;
        private final List<String> sent = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger inFlight = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private final AtomicInteger closes = new AtomicInteger();
        private final ExecutorService completer = Executors.newFixedThreadPool(2);

        ErraticTransport(int frames) {
            window = new Window(frames, 1 << 20);
        }

        @Override
        public Window window() {
            return window;
        }

        @Override
        public void send(EncodedFrame frame, Completion completion) {
            most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            sent.add(((EncodedFrame.Text) frame).text());
            if (ThreadLocalRandom.current().nextInt(4) == 0) {
                inFlight.decrementAndGet();
                completion.done(null);
            } else {
                completer.execute(() -> {
                    if (ThreadLocalRandom.current().nextInt(8) == 0) {
                        Thread.yield();
                    }
                    inFlight.decrementAndGet();
                    completion.done(null);
                    if (ThreadLocalRandom.current().nextInt(16) == 0) {
                        completion.done(null);
                    }
                });
            }
        }

        @Override
        public void ping() {
            most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
            inFlight.decrementAndGet();
        }

        @Override
        public void close(CloseReason reason) {
            closes.incrementAndGet();
        }

        @Override
        public void abort(CloseReason reason) {}
    }

    private interface RoomOwner extends Outbox.Owner {
        @Override
        default void ended(CloseReason reason, Throwable cause) {
            throw new AssertionError(reason + " " + cause);
        }
    }

    @ParameterizedTest(name = "{0} in flight")
    @ValueSource(ints = {1, 8})
    void sendsEveryAcceptedFrameOnceAndInTheOrderOfItsProducerAndLane(int atATime) throws Exception {
        ErraticTransport transport = new ErraticTransport(atATime);
        RoomOwner owner = () -> {};
        Outbox outbox = new Outbox(transport, bounds(200, 1 << 20, 1 << 10), timers.ticker(), timers, owner);
        int each = 30_000;
        List<Future<List<String>>> producers = new ArrayList<>();
        for (int p = 0; p < PRODUCERS; p++) {
            int producer = p;
            producers.add(threads.submit(() -> {
                Random random = new Random(producer);
                List<String> accepted = new ArrayList<>();
                for (int i = 0; i < each; i++) {
                    Lane lane = random.nextInt(3) == 0 ? Lane.CONTROL : Lane.DATA;
                    String name = lane + " " + producer + " " + i;
                    if (outbox.offer(lane, text(name)) == Offer.ACCEPTED) {
                        accepted.add(name);
                    } else {
                        Thread.yield();
                    }
                }
                return accepted;
            }));
        }
        List<String> accepted = new ArrayList<>();
        for (Future<List<String>> producer : producers) {
            accepted.addAll(producer.get());
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> outbox.status().messages() == 0);
        transport.completer.shutdown();

        assertThat(transport.sent).hasSize(accepted.size());
        for (int producer = 0; producer < PRODUCERS; producer++) {
            for (Lane lane : Lane.values()) {
                String prefix = lane + " " + producer + " ";
                assertThat(startingWith(transport.sent, prefix)).isEqualTo(startingWith(accepted, prefix));
            }
        }
        assertThat(transport.most.get()).isBetween(1, atATime);
        Outbox.Status status = outbox.status();
        assertThat(status.bytes()).isZero();
        assertThat(status.sent()).isEqualTo(accepted.size());
        assertThat(status.sent() + status.dropped()).isEqualTo((long) PRODUCERS * each);
    }

    private static List<String> startingWith(List<String> all, String prefix) {
        return all.stream().filter(text -> text.startsWith(prefix)).toList();
    }

    /** Moves frames into the outbox as a query's follower does: one thread at a time, the others leave a mark. */
    private static final class Pump {
        private final AtomicInteger wake = new AtomicInteger();
        private final AtomicLong available = new AtomicLong();
        private long given;
        private Outbox outbox;

        void run() {
            if (wake.getAndIncrement() != 0) {
                return;
            }
            int seen = 1;
            do {
                while (given < available.get() && outbox.requestRoom()) {
                    outbox.offer(Lane.DATA, text("entry " + given++));
                }
                seen = wake.addAndGet(-seen);
            } while (seen != 0);
        }
    }

    @ParameterizedTest(name = "{0} in flight")
    @ValueSource(ints = {1, 1, 2, 8})
    void aStreamThatWasToldToWaitIsAlwaysWokenAgain(int atATime) {
        // The failure would look like this test timing out with everything idle.
        ErraticTransport transport = new ErraticTransport(atATime);
        Pump[] pumps = {new Pump(), new Pump(), new Pump()};
        RoomOwner owner = () -> {
            for (Pump pump : pumps) {
                pump.run();
            }
        };
        // Room for two or three frames only, so that a wake-up is needed for nearly each of them.
        Outbox outbox = new Outbox(transport, bounds(1000, 1 << 20, 20), timers.ticker(), timers, owner);
        int each = 20_000;
        for (Pump pump : pumps) {
            pump.outbox = outbox;
            threads.execute(() -> {
                for (int i = 0; i < each; i++) {
                    pump.available.incrementAndGet();
                    pump.run();
                }
            });
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> outbox.status().sent() == 3L * each);
        transport.completer.shutdown();
        assertThat(transport.most.get()).isBetween(1, atATime);
        assertThat(outbox.status().dropped()).isZero();
    }

    @Test
    void accountsForEveryFrameWhenTheEndRacesWithOffers() throws Exception {
        for (int round = 0; round < 300; round++) {
            ErraticTransport transport = new ErraticTransport(1 + round % 3);
            Outbox outbox = new Outbox(transport, roomy(), timers.ticker(), timers, new Outbox.Owner() {
                @Override
                public void room() {}

                @Override
                public void ended(CloseReason reason, Throwable cause) {}
            });
            CountDownLatch start = new CountDownLatch(1);
            int each = 200;
            List<Future<?>> running = new ArrayList<>();
            for (int p = 0; p < 2; p++) {
                running.add(threads.submit(() -> {
                    start.await();
                    for (int i = 0; i < each; i++) {
                        outbox.offer(Lane.DATA, text("x"));
                    }
                    return null;
                }));
            }
            boolean discard = round % 2 == 0;
            running.add(threads.submit(() -> {
                start.await();
                while (outbox.status().sent() < 20) {
                    Thread.onSpinWait();
                }
                if (discard) {
                    outbox.discard();
                } else {
                    outbox.close(CloseReason.SERVICE_RESTART);
                    outbox.close(CloseReason.SERVICE_RESTART);
                }
                return null;
            }));
            start.countDown();
            for (Future<?> future : running) {
                future.get();
            }
            await().pollInterval(Duration.ofMillis(1))
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> {
                        Outbox.Status status = outbox.status();
                        assertThat(status.sent() + status.dropped()).isEqualTo(2L * each);
                        assertThat(status.messages()).isZero();
                        assertThat(transport.closes).hasValue(discard ? 0 : 1);
                    });
            transport.completer.shutdown();
        }
    }
}
