package io.synapse.endpoint;

import io.synapse.operations.LastWait;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;

/**
 * The first that Payara tells of the end of the application: it refuses requests by then, and connections still work until
 * this returns.
 */
@WebListener
public class StopListener implements ServletContextListener {

    @Inject
    private LastWait last;

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        last.await();
    }
}
