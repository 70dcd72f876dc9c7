package io.synapse.bench.load;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * Asks by a {@link Schedule} and waits for what is still to come at its end. A burst that is due while more than a
 * window of questions is open waits, and its latency counts from when it was due all the same. Lives on the generator's
 * thread.
 */
public final class OpenLoop {

    /** Sends the questions. */
    @FunctionalInterface
    public interface Asker {

        /**
         * Sends one question.
         *
         * @param question 0 for the first
         * @param due when it should be sent, in nanoseconds
         */
        void ask(int question, long due);
    }

    private static final Duration GRACE = Duration.ofSeconds(10);

    private final EventLoop loop;
    private final Asker asker;
    private final int window;
    private final Latencies lag = new Latencies();
    private final CompletableFuture<Boolean> over = new CompletableFuture<>();
    private Schedule schedule;
    private int asked;
    private int answered;
    private boolean waiting;

    /**
     * A loop that has not begun.
     *
     * @param loop the generator's thread
     * @param window questions that may be open when a burst is sent, this burst included
     * @param asker sends the questions
     */
    public OpenLoop(EventLoop loop, int window, Asker asker) {
        this.loop = loop;
        this.window = window;
        this.asker = asker;
    }

    /**
     * Runs to the end; on any thread but the generator's.
     *
     * @param plan from the time at which it begins to a schedule
     * @return whether every question was answered, within a few seconds after the last one was due
     */
    public boolean run(LongFunction<Schedule> plan) {
        loop.execute(() -> {
            schedule = plan.apply(System.nanoTime());
            long end = schedule.due(schedule.count() - 1) - schedule.start();
            loop.schedule(() -> over.complete(false), end + GRACE.toNanos(), TimeUnit.NANOSECONDS);
            tick();
        });
        return over.join();
    }

    /** A question is answered; on the generator's thread. */
    public void answered() {
        answered++;
        if (waiting) {
            waiting = false;
            tick();
        } else if (answered == schedule.count()) {
            over.complete(true);
        }
    }

    private void tick() {
        long now = System.nanoTime();
        while (asked < schedule.count() && schedule.due(asked) <= now && !over.isDone()) {
            if (asked + schedule.burst() - answered > window) {
                waiting = true;
                return;
            }
            burst();
        }
        if (asked < schedule.count() && !over.isDone()) {
            loop.schedule(this::tick, schedule.due(asked) - now, TimeUnit.NANOSECONDS);
        }
    }

    private void burst() {
        for (int i = 0; i < schedule.burst(); i++) {
            long due = schedule.due(asked);
            lag.record(System.nanoTime() - due);
            asker.ask(asked++, due);
        }
    }

    /**
     * How late the questions were sent: what the generator itself adds to the latencies.
     *
     * @return from due to sent
     */
    public Latencies lag() {
        return lag;
    }

    /**
     * What was left without an answer.
     *
     * @return questions
     */
    public int open() {
        return asked - answered;
    }
}
