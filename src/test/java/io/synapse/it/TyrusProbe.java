package io.synapse.it;

import io.synapse.connection.Connection;
import java.lang.reflect.Field;

/** Looks at the idle timer of a connection's session, where that is one of Tyrus, Payara's WebSocket implementation. */
final class TyrusProbe {

    private TyrusProbe() {}

    /** Which task waits to end the connection for being idle: its class and identity. Null without Tyrus. */
    static String idleTask(Connection connection) {
        try {
            // The transport of the server is inside the one that writes down why a connection is closed.
            Object session = field(field(field(connection, "transport"), "transport"), "session");
            if (!session.getClass().getName().equals("org.glassfish.tyrus.core.TyrusSession")) {
                return null;
            }
            Object task = field(session, "idleTimeoutFuture");
            return task == null ? "none" : task.getClass().getName() + "@" + System.identityHashCode(task);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Tyrus is another than the one that was looked at", e);
        }
    }

    private static Object field(Object of, String name) throws ReflectiveOperationException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }
}
