package io.synapse.testing;

import io.synapse.config.ConfigReader;
import io.synapse.config.FairnessConfig;
import io.synapse.config.SynapseConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** The configuration as it is shipped, but for what a test wants otherwise. */
public final class Configs {

    /** Tenants have no bounds of their own; everything else is as it is shipped. */
    public static final FairnessConfig UNFAIR = new FairnessConfig(0, 0, Duration.ofSeconds(5), Duration.ofSeconds(1));

    private Configs() {}

    /**
     * Reads the configuration.
     *
     * @param changed properties that differ from what is shipped
     */
    public static SynapseConfig with(Map<String, String> changed) {
        Properties shipped = new Properties();
        try (InputStream in = ConfigReader.class.getResourceAsStream("/META-INF/microprofile-config.properties")) {
            shipped.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        shipped.putAll(changed);
        // For MicroProfile Config an empty value is none.
        return new ConfigReader(
                        name -> Optional.ofNullable(shipped.getProperty(name)).filter(text -> !text.isEmpty()))
                .read();
    }
}
