package io.synapse.endpoint;

import io.synapse.protocol.Subprotocol;
import io.synapse.security.HandshakePolicy;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.CDI;
import jakarta.enterprise.inject.spi.Unmanaged;
import jakarta.websocket.Endpoint;
import jakarta.websocket.server.ServerApplicationConfig;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Set;

/** Puts the sockets in their places; endpoints with annotations, from other classes in the WAR, stay. */
public class SocketApplication implements ServerApplicationConfig {

    @Override
    public Set<ServerEndpointConfig> getEndpointConfigs(Set<Class<? extends Endpoint>> endpoints) {
        return Set.of(
                config(CortexEndpoint.class, CortexEndpoint.PATH, List.of(HandshakePolicy.SUBPROTOCOL)),
                config(GatewayEndpoint.class, GatewayEndpoint.PATH, Subprotocol.words()));
    }

    private static ServerEndpointConfig config(Class<? extends Endpoint> type, String path, List<String> known) {
        return ServerEndpointConfig.Builder.create(type, path)
                .subprotocols(known)
                .configurator(new Configurator(known))
                .build();
    }

    @Override
    public Set<Class<?>> getAnnotatedEndpointClasses(Set<Class<?>> scanned) {
        return scanned;
    }

    /** How containers make the endpoint. Origins are the filter's business, which refuses with a status of its choice. */
    private static final class Configurator extends ServerEndpointConfig.Configurator {

        private final List<String> known;

        Configurator(List<String> known) {
            this.known = known;
        }

        // Open Liberty injects nothing into an endpoint that a configurator makes; this works on all servers.
        @Override
        public <T> T getEndpointInstance(Class<T> type) throws InstantiationException {
            BeanManager beans = CDI.current().getBeanManager();
            return new Unmanaged<>(beans, type)
                    .newInstance()
                    .produce()
                    .inject()
                    .postConstruct()
                    .get();
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            return requested.stream().filter(known::contains).findFirst().orElse("");
        }

        @Override
        public boolean checkOrigin(String origin) {
            return true;
        }
    }
}
