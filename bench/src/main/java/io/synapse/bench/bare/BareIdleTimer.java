package io.synapse.bench.bare;

import jakarta.websocket.Session;
import java.lang.reflect.Field;
import java.lang.reflect.Proxy;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;

/** Takes out Payara's idle timer, as Synapse's {@code TyrusIdleTimer} does: otherwise it is all that would be measured. */
final class BareIdleTimer {

    private static final String SESSION = "org.glassfish.tyrus.core.TyrusSession";
    private static final ScheduledFuture<?> DONE = proxy(ScheduledFuture.class, false);
    private static final ScheduledExecutorService IDLE = proxy(ScheduledExecutorService.class, DONE);

    private BareIdleTimer() {}

    static void takeOut(Session session) {
        if (!session.getClass().getName().equals(SESSION)) {
            return;
        }
        try {
            Field service = session.getClass().getDeclaredField("service");
            service.setAccessible(true);
            service.set(session, IDLE);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("not comparable: the idle timer of this Payara cannot be taken out", e);
        }
    }

    private static <T> T proxy(Class<T> type, Object result) {
        return type.cast(Proxy.newProxyInstance(
                BareIdleTimer.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> result));
    }
}
