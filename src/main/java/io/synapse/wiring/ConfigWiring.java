package io.synapse.wiring;

import io.synapse.config.ConfigReader;
import io.synapse.config.SynapseConfig;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;

/** The configuration, read once from MicroProfile Config. */
@ApplicationScoped
public class ConfigWiring {

    @Produces
    @Singleton
    SynapseConfig config() {
        Config source = ConfigProvider.getConfig();
        return new ConfigReader(name -> source.getOptionalValue(name, String.class)).read();
    }
}
