package io.synapse.operations;

import io.synapse.cluster.Cluster;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.query.QueryService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** {@code /health/ready}: whether this node can serve; if not, {@code reason} says why. */
@Readiness
@ApplicationScoped
public class ReadyCheck implements HealthCheck {

    /** The name of the check. */
    public static final String NAME = "synapse-ready";

    private final Instance<NodeState> state;
    private final Instance<ConnectionRegistry> connections;
    private final Instance<QueryService> queries;
    private final Instance<Cluster> cluster;
    private final StartSignal started;

    /** For the proxy that CDI makes. */
    protected ReadyCheck() {
        this(null, null, null, null, null);
    }

    /**
     * A check.
     *
     * @param started whether the rest may be looked at
     * @param state whether the node can serve
     * @param connections counted
     * @param queries counted
     * @param cluster whether it can be reached
     */
    @Inject
    public ReadyCheck(
            StartSignal started,
            Instance<NodeState> state,
            Instance<ConnectionRegistry> connections,
            Instance<QueryService> queries,
            Instance<Cluster> cluster) {
        this.started = started;
        this.state = state;
        this.connections = connections;
        this.queries = queries;
        this.cluster = cluster;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(NAME);
        if (!started.isGiven()) {
            return response.down().withData("reason", "starting").build();
        }
        Optional<String> problem = state.get().notReady();
        QueryService.Status status = queries.get().status();
        response.status(problem.isEmpty())
                .withData("connections", connections.get().count())
                .withData("queries-running", status.running())
                .withData("queries-waiting", status.waiting());
        // No reason to take the node out: it serves those who are here, and the others are no better off.
        cluster.get().trouble().ifPresent(trouble -> response.withData("degraded", trouble));
        problem.ifPresent(reason -> response.withData("reason", reason));
        return response.build();
    }
}
