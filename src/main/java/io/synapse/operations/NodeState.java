package io.synapse.operations;

import io.synapse.config.Mode;
import io.synapse.config.SynapseConfig;
import io.synapse.query.QueryService;
import java.util.Optional;

/** Whether this node can serve, and if not, why. Safe for use by many threads. */
public final class NodeState {

    private final SynapseConfig config;
    private final QueryService queries;
    private volatile boolean stopping;

    /**
     * The state of a node.
     *
     * @param config the configuration
     * @param queries whether it accepts
     */
    public NodeState(SynapseConfig config, QueryService queries) {
        this.config = config;
        this.queries = queries;
    }

    /**
     * Why the node cannot serve.
     *
     * @return one line for an operator, or empty if it can
     */
    public Optional<String> notReady() {
        if (config.mode() == Mode.PRODUCTION
                && config.auth().apiKeys().isEmpty()
                && config.auth().tokenSecret().isEmpty()
                && config.keys().file().isEmpty()
                && !config.outside().isAny()) {
            return Optional.of(
                    "production mode needs synapse.auth.api-keys, synapse.auth.key-file or synapse.auth.token-secret");
        }
        if (stopping || queries.isStopping()) {
            return Optional.of("stopping");
        }
        if (!queries.isAccepting()) {
            return Optional.of("draining");
        }
        return Optional.empty();
    }

    /** The application is being undeployed. */
    public void stop() {
        stopping = true;
    }
}
