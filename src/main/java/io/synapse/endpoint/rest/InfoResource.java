package io.synapse.endpoint.rest;

import io.synapse.operations.NodeInfo;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Locale;
import java.util.Map;

/** {@code GET /api/info}: what runs here. Open to everyone, so it says nothing that helps an attacker. */
@Path("/info")
@RequestScoped
public class InfoResource {

    @Inject
    private NodeInfo info;

    /**
     * What runs here.
     *
     * @return {@code {name, version, mode, engine, health}}
     */
    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public Map<String, Object> info() {
        return Map.of(
                "name", "Synapse",
                "version", info.version(),
                "mode", info.mode().name().toLowerCase(Locale.ROOT),
                "engine", info.engine(),
                "health", info.health());
    }
}
