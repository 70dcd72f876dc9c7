package io.synapse.bench.endurance;

import io.netty.buffer.ByteBuf;
import io.synapse.bench.engine.StreamText;
import io.synapse.bench.load.Client;
import io.synapse.bench.load.FrameKind;
import io.synapse.bench.load.Latencies;
import io.synapse.bench.load.LoadGenerator;
import io.synapse.bench.server.ServerProcess;
import io.synapse.bench.server.Side;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Many clients follow a query as it streams, by turns with and without one more that reads 1 KiB a second of it. In the end
 * that one reads the rest at full speed, and must have the same text.
 */
final class SlowReader implements AutoCloseable {

    private static final int THOUGHTS_A_SECOND = 10;
    /** Of all thoughts of a phase: well above what the kernels take for one who does not read. */
    private static final int TEXT_CHARS = 600_000;

    private static final int SETTLE_SECONDS = 3;
    private static final int WARM_UP_SECONDS = 20;
    private static final int PATIENCE_SECONDS = 90;
    private static final long SAMPLE_MILLIS = 500;
    /** What a query may take: a busy machine may need far longer than the pauses of a stream amount to. */
    private static final int MOST_SECONDS = 600;

    private static final double KIB = 1024;

    private final ServerFigures figures;
    private final LoadGenerator generator = new LoadGenerator();
    private final URI uri;
    private final List<Client> fast;

    /** One phase; sizes in KiB, the heap in MiB. */
    private record Phase(
            boolean slow,
            Latencies latencies,
            long frames,
            double waiting,
            double ownWaiting,
            double heap,
            String text) {}

    SlowReader(ServerProcess server, int readers) {
        figures = new ServerFigures(server);
        uri = server.socket(Side.SYNAPSE);
        fast = generator.open(uri, readers);
    }

    List<String> run(double minutes) throws Exception {
        everybody(Messages.join("1"));
        int pairs = (int) Math.max(2, Math.min(10, Math.round(minutes / 2)));
        int seconds = (int) Math.max(SETTLE_SECONDS + 5, Math.round(minutes * 60 / pairs / 2));
        phase(WARM_UP_SECONDS, false);
        List<Phase> phases = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            phases.add(phase(seconds, false));
            phases.add(phase(seconds, true));
        }
        List<String> table = new ArrayList<>();
        table.add("| %d s with %d fast readers | p50 ms | p99 ms | p99.9 ms | frames/s | KiB waiting, most | "
                        .formatted(seconds, fast.size())
                + "heap after GC, MiB | the slow reader's text |");
        table.add("|---|---|---|---|---|---|---|---|");
        for (Phase phase : phases) {
            table.add("| %s | %.1f | %.1f | %.1f | %,d | %.0f | %.1f | %s |"
                    .formatted(
                            phase.slow() ? "and one at 1 KiB/s" : "alone",
                            phase.latencies().millis(50),
                            phase.latencies().millis(99),
                            phase.latencies().millis(99.9),
                            phase.frames() / (seconds - SETTLE_SECONDS),
                            phase.waiting(),
                            phase.heap(),
                            phase.text()));
        }
        return table;
    }

    /** Sends a frame on every fast connection and waits for all replies. */
    private void everybody(String frame) throws InterruptedException, IOException {
        CountDownLatch answers = new CountDownLatch(fast.size());
        generator
                .loop()
                .execute(() -> fast.forEach(client -> {
                    client.listen((from, kind) -> {
                        if (kind == FrameKind.OK) {
                            answers.countDown();
                        }
                    });
                    client.send(frame);
                }));
        if (!answers.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("no answer on " + answers.getCount() + " connections");
        }
    }

    private Phase phase(int seconds, boolean withSlow) throws Exception {
        String ref = generator.ref();
        int thoughts = seconds * THOUGHTS_A_SECOND;
        int chars = TEXT_CHARS / thoughts;
        Following following = new Following(fast.size(), System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS));
        SlowClient slow = withSlow ? new SlowClient(uri) : null;
        generator.loop().execute(() -> {
            fast.forEach(client -> client.listen(following));
            fast.get(0).send(Messages.stream("q", ref, thoughts, 1000 / THOUGHTS_A_SECOND, chars, MOST_SECONDS));
        });
        following.awaitStart();
        generator
                .loop()
                .execute(() -> fast.subList(1, fast.size()).forEach(client -> client.send(Messages.resume("r", ref))));
        CompletableFuture<String> text = slow == null ? null : slow.follow(ref);
        long most = 0;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds + PATIENCE_SECONDS);
        while (!following.isOver()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("not all have the result in time");
            }
            most = Math.max(most, figures.metric("synapse_outboxes_bytes"));
            Thread.sleep(SAMPLE_MILLIS);
        }
        long still = figures.metric("synapse_outboxes_bytes");
        double heap = figures.heapAfterCollection();
        String verdict = "";
        if (slow != null) {
            slow.hurry();
            String got = text.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            String wanted = StreamText.of(thoughts, chars);
            verdict = compared(got, wanted) + ", " + slow.summary(thoughts);
            slow.close();
        }
        Phase phase =
                new Phase(withSlow, following.latencies, following.frames, most / KIB, still / KIB, heap, verdict);
        System.out.printf(
                Locale.ROOT,
                "%d s %s: p50 %.1f p99 %.1f p99.9 %.1f ms, at most %.0f KiB waiting, in the end %.0f, heap %.1f MiB %s%n",
                seconds,
                withSlow ? "with a slow reader" : "alone",
                phase.latencies().millis(50),
                phase.latencies().millis(99),
                phase.latencies().millis(99.9),
                phase.waiting(),
                phase.ownWaiting(),
                phase.heap(),
                phase.text());
        return phase;
    }

    /** What the fast ones see of one query; on the generator's thread until it is over. */
    private static final class Following implements Client.Listener {

        private static final int TIMESTAMP_FROM_END = 15;
        private static final int TIMESTAMP_DIGITS = 13;

        private final long measureFrom;
        private final Latencies latencies = new Latencies();
        private final CountDownLatch started = new CountDownLatch(1);
        private final CountDownLatch results;
        private volatile boolean failed;
        private long frames;

        Following(int readers, long measureFrom) {
            results = new CountDownLatch(readers);
            this.measureFrom = measureFrom;
        }

        void awaitStart() throws InterruptedException, IOException {
            if (!started.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the query was not accepted");
            }
        }

        boolean isOver() throws IOException {
            if (failed) {
                throw new IOException("a fast reader got an error or was cut off");
            }
            return results.getCount() == 0;
        }

        @Override
        public void received(Client client, FrameKind kind) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void received(Client client, FrameKind kind, ByteBuf frame) {
            switch (kind) {
                case OK -> started.countDown();
                case RESULT -> results.countDown();
                case FAILED -> failed = true;
                case PUSH -> {
                    if (System.nanoTime() > measureFrom) {
                        frames++;
                        latencies.record(TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis() - timestamp(frame)));
                    }
                }
            }
        }

        // A thought ends with its timestamp, in the milliseconds of this machine's clock.
        private static long timestamp(ByteBuf frame) {
            long value = 0;
            int at = frame.writerIndex() - TIMESTAMP_FROM_END;
            for (int i = 0; i < TIMESTAMP_DIGITS; i++) {
                value = value * 10 + frame.getByte(at + i) - '0';
            }
            return value;
        }
    }

    @Override
    public void close() {
        generator.close(fast);
        generator.close();
    }

    private static String compared(String got, String wanted) {
        int differs = Arrays.mismatch(got.toCharArray(), wanted.toCharArray());
        return differs < 0
                ? "identical"
                : "DIFFERENT at %,d, %,d characters instead of %,d".formatted(differs, got.length(), wanted.length());
    }
}
