package io.synapse.operations;

import java.util.function.UnaryOperator;

/** Where a server answers {@code /health}: most do beside the application, WildFly does on its management port. */
public final class HealthPlace {

    private static final String PATH = "/health";
    private static final int MANAGEMENT_PORT = 9990;

    private HealthPlace() {}

    /**
     * Finds the place.
     *
     * @param properties gives the JVM's system properties, or null
     * @return {@code /health} on the application's port, or a port of the same host before it: {@code :9990/health}
     */
    public static String of(UnaryOperator<String> properties) {
        // WildFly sets this for itself, and the ports of its standard configuration are made of the other two.
        if (properties.apply("jboss.server.name") == null) {
            return PATH;
        }
        int port = number(properties.apply("jboss.management.http.port"), MANAGEMENT_PORT)
                + number(properties.apply("jboss.socket.binding.port-offset"), 0);
        return ":" + port + PATH;
    }

    private static int number(String text, int otherwise) {
        return text != null && text.matches("\\d{1,5}") ? Integer.parseInt(text) : otherwise;
    }
}
