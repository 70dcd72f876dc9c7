package io.synapse.endpoint;

import java.lang.System.Logger.Level;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.Optional;

/**
 * Reads what containers hide, for the few things their API has no word for. Every look may fail, on a server of another
 * version, and then gives nothing: whoever uses it must go on without.
 */
final class Reflection {

    private static final System.Logger LOGGER = System.getLogger(Reflection.class.getName());

    private Reflection() {}

    /** Follows a chain of fields; a name that begins with {@code ?} is passed over where there is no such field. */
    static Optional<Object> path(Object from, String... names) {
        Object at = from;
        try {
            for (String name : names) {
                boolean optional = name.startsWith("?");
                Field field = field(at.getClass(), optional ? name.substring(1) : name);
                if (field != null) {
                    at = field.get(at);
                } else if (!optional) {
                    return missed(from, name, new NoSuchFieldException(name));
                }
                if (at == null) {
                    return Optional.empty();
                }
            }
            return Optional.of(at);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return missed(from, String.join(".", names), e);
        }
    }

    /** Sets a field of a type; false if there is none. */
    static boolean set(Object target, String name, Class<?> type, Object value) {
        try {
            Field field = field(target.getClass(), name);
            if (field == null || field.getType() != type) {
                return false;
            }
            field.set(target, value);
            return true;
        } catch (ReflectiveOperationException | RuntimeException e) {
            missed(target, name, e);
            return false;
        }
    }

    /** Calls a method that takes ints and texts; empty if it is not there, fails, or returns nothing. */
    static Optional<Object> call(Object target, String name, Object... arguments) {
        try {
            for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
                for (Method method : type.getDeclaredMethods()) {
                    if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
                        method.setAccessible(true);
                        return Optional.ofNullable(method.invoke(target, arguments));
                    }
                }
            }
            return missed(target, name, new NoSuchMethodException(name));
        } catch (ReflectiveOperationException | RuntimeException e) {
            return missed(target, name, e);
        }
    }

    private static Field field(Class<?> from, String name) {
        for (Class<?> type = from; type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return field;
                }
            }
        }
        return null;
    }

    private static Optional<Object> missed(Object target, String name, Exception cause) {
        LOGGER.log(Level.DEBUG, "this server has no " + name + " in " + target.getClass(), cause);
        return Optional.empty();
    }
}
