package io.synapse.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Gives each process of the integration tests that runs beside the first a port of its own for its server, before Arquillian
 * reads its configuration.
 */
public final class ForkPort implements LauncherSessionListener {

    private static final String PORT = "synapse.it.http.port";

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        if (Integer.getInteger("synapse.it.fork", 1) > 1) {
            try {
                System.setProperty(PORT, Integer.toString(ServerProcess.freePort()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
