package io.synapse.operations;

import com.fasterxml.jackson.core.json.PackageVersion;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import org.apache.lucene.util.Version;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Startup;

/** {@code /health/started}: the configuration was read and the engine is there; otherwise the deployment failed. */
@Startup
@ApplicationScoped
public class StartedCheck implements HealthCheck {

    /** The name of the check. */
    public static final String NAME = "synapse-started";

    private final StartSignal started;
    private final Instance<NodeInfo> info;

    /** For the proxy that CDI makes. */
    protected StartedCheck() {
        this(null, null);
    }

    /**
     * A check.
     *
     * @param started whether the rest may be looked at
     * @param info what was started
     */
    @Inject
    public StartedCheck(StartSignal started, Instance<NodeInfo> info) {
        this.started = started;
        this.info = info;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(NAME);
        if (!started.isGiven()) {
            return response.down().build();
        }
        // Servers bring their own copies of these; which one is in use answers many a question.
        return response.up()
                .withData("version", info.get().version())
                .withData("engine", info.get().engine())
                .withData("jackson", PackageVersion.VERSION.toString())
                .withData("lucene", Version.LATEST.toString())
                .build();
    }
}
