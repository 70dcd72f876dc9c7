package io.synapse.wiring;

import io.synapse.config.SynapseConfig;
import io.synapse.engine.Tool;
import io.synapse.routing.QueryHandler;
import io.synapse.routing.ToolHandler;
import io.synapse.security.Role;
import io.synapse.tool.ToolRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tools. */
@ApplicationScoped
public class ToolWiring {

    @Produces
    @Singleton
    ToolRegistry tools(@Any Instance<Tool> tools, SynapseConfig config) {
        Set<String> roles = Stream.of(Role.values()).map(Role::group).collect(Collectors.toUnmodifiableSet());
        return new ToolRegistry(
                tools, config.tools().roles(), roles, config.outbox().maxPayloadBytes());
    }

    @Produces
    @Singleton
    ToolHandler handler(ToolRegistry tools, QueryHandler queries, SynapseConfig config) {
        return new ToolHandler(tools, queries, config.outbox().maxPayloadBytes());
    }
}
