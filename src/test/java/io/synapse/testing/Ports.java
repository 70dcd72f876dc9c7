package io.synapse.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for servers that tests start, and start again: below those that systems give to outgoing connections (32768 and up on
 * Linux), or one of these would take the port some day while its server is down.
 */
public final class Ports {

    private static final int FIRST = 12_000;
    private static final int END = 20_000;
    private static final int ATTEMPTS = 1000;

    private Ports() {}

    /**
     * One that nobody listens on.
     *
     * @return a port
     */
    public static int free() {
        return free(0);
    }

    /**
     * One that nobody listens on, and nobody on another that is so much higher.
     *
     * @param other how much; nothing for one port only
     * @return the lower port
     */
    public static int free(int other) {
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port) && isFree(port + other)) {
                return port;
            }
        }
        throw new IllegalStateException("no port is free between " + FIRST + " and " + END);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
