package io.synapse.endpoint;

import jakarta.websocket.Session;
import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;
import java.util.concurrent.Delayed;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes out the idle timer of Payara's WebSocket sessions. Tyrus schedules it anew for every message in and out,
 * whatever the idle time-out, and each scheduling makes Payara look through every jar of the server (100 to 200
 * microseconds): more than everything else a message costs. Idle connections are our own business, so nothing is lost.
 *
 * <p>Harmless where the class or the field is not there: it then does nothing, and says so once at DEBUG. Safe for use by
 * many threads.
 */
public final class TyrusIdleTimer {

    private static final System.Logger LOGGER = System.getLogger(TyrusIdleTimer.class.getName());
    private static final String SESSION = "org.glassfish.tyrus.core.TyrusSession";
    private static final String FIELD = "service";

    private final boolean enabled;
    private final AtomicBoolean told = new AtomicBoolean();

    /**
     * A switch.
     *
     * @param enabled whether the timer is taken out; {@code synapse.payara.idle-timer-off}
     */
    public TyrusIdleTimer(boolean enabled) {
        this.enabled = enabled;
    }

    /**
     * Takes the timer out of one session, if it is one of Tyrus.
     *
     * @param session newly opened
     * @return whether it was taken out
     */
    boolean takeOut(Session session) {
        if (!enabled || !session.getClass().getName().equals(SESSION)) {
            return false;
        }
        boolean done = Reflection.set(session, FIELD, ScheduledExecutorService.class, IDLE);
        if (told.compareAndSet(false, true)) {
            LOGGER.log(
                    done ? Level.INFO : Level.WARNING,
                    done
                            ? "Payara's WebSocket idle timer is taken out (synapse.payara.idle-timer-off=true)"
                            : "Payara's WebSocket idle timer could not be taken out: messages cost more than they need");
        }
        return done;
    }

    // A proxy and not a class: an executor's interface has two dozen methods, and Tyrus calls two.
    private static final ScheduledExecutorService IDLE = (ScheduledExecutorService) Proxy.newProxyInstance(
            TyrusIdleTimer.class.getClassLoader(),
            new Class<?>[] {ScheduledExecutorService.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "schedule", "scheduleAtFixedRate", "scheduleWithFixedDelay" -> Done.INSTANCE;
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                case "toString" -> "no idle timer";
                default -> throw new UnsupportedOperationException(method.getName());
            });

    /** What scheduling returns: something that is over already. */
    private static final class Done implements ScheduledFuture<Object> {

        private static final ScheduledFuture<Object> INSTANCE = new Done();

        @Override
        public long getDelay(TimeUnit unit) {
            return 0;
        }

        @Override
        public int compareTo(Delayed other) {
            return 0;
        }

        @Override
        public boolean cancel(boolean interrupt) {
            return false;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public boolean isDone() {
            return true;
        }

        @Override
        public Object get() {
            return null;
        }

        @Override
        public Object get(long timeout, TimeUnit unit) {
            return null;
        }
    }
}
