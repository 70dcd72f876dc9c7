package io.synapse.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a node is registered with Consul, through the agent of its machine.
 *
 * @param agent the agent's HTTP API
 * @param token of its ACLs
 * @param service the name of the service
 * @param address of this node; empty: the agent's
 * @param port of this node
 * @param tags of the service
 * @param check what Consul looks at, and how often
 * @param timeout how long a request to the agent may take
 * @param retry the shortest and the longest wait before a request that failed is tried again
 * @param confirm how often it is looked whether the agent still knows the node
 */
public record ConsulConfig(
        URI agent,
        Optional<String> token,
        String service,
        Optional<String> address,
        int port,
        List<String> tags,
        Check check,
        Duration timeout,
        Retry retry,
        Duration confirm) {

    /**
     * A health check.
     *
     * @param url answers with 2xx while the node is ready
     * @param interval how often it is asked
     * @param timeout how long it may take
     * @param deregisterAfter how long the node may be critical before Consul forgets it; Consul's least is a minute
     */
    public record Check(URI url, Duration interval, Duration timeout, Duration deregisterAfter) {}

    /**
     * How a failure is retried.
     *
     * @param first the first wait; each is twice the one before
     * @param longest the longest
     */
    public record Retry(Duration first, Duration longest) {}

    /** Copies the list. */
    public ConsulConfig {
        tags = List.copyOf(tags);
    }

    @Override
    public String toString() {
        return "ConsulConfig[" + agent + ", " + service + "]";
    }
}
