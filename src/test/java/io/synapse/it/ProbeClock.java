package io.synapse.it;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;

/** Takes the place of the product's clock: tells the time, and fails where a test wants a part of the product to fail. */
@ApplicationScoped
@Alternative
@Priority(1)
public class ProbeClock {

    private static final AtomicReference<String> FAILING = new AtomicReference<>("");

    /**
     * The next reading of the clock by this class, and that one only, throws.
     *
     * @param className simple name of a class of the product
     */
    static void failOnceIn(String className) {
        FAILING.set(className);
    }

    @Produces
    @Singleton
    Clock clock() {
        return new Failing(Clock.systemUTC());
    }

    private static final class Failing extends Clock {

        private final Clock real;

        Failing(Clock real) {
            this.real = real;
        }

        @Override
        public Instant instant() {
            String failing = FAILING.get();
            if (!failing.isEmpty() && isCalledBy(failing) && FAILING.compareAndSet(failing, "")) {
                throw new IllegalStateException("the clock failed, as asked");
            }
            return real.instant();
        }

        private static boolean isCalledBy(String className) {
            return StackWalker.getInstance()
                    .walk(frames ->
                            frames.anyMatch(frame -> frame.getClassName().endsWith("." + className)));
        }

        @Override
        public ZoneId getZone() {
            return real.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return new Failing(real.withZone(zone));
        }
    }
}
