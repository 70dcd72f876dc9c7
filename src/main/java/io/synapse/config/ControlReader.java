package io.synapse.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what the configuration says of the control API and of Consul. */
final class ControlReader {

    private static final Pattern WEBSOCKET = Pattern.compile("wss?://[^/?#\\s]+");
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private final ConfigReader reader;

    ControlReader(ConfigReader reader) {
        this.reader = reader;
    }

    ControlConfig read() {
        Optional<String> url = reader.optional("synapse.control.websocket-url");
        if (url.isPresent() && !WEBSOCKET.matcher(url.get()).matches()) {
            throw new ConfigException(
                    "synapse.control.websocket-url",
                    "must be like wss://gateway.example.com, without a path: " + url.get());
        }
        return new ControlConfig(url, reader.bool("synapse.mcp.enabled"), consul());
    }

    private Optional<ConsulConfig> consul() {
        if (reader.optional("synapse.consul.url").isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new ConsulConfig(
                http("synapse.consul.url"),
                reader.optional("synapse.consul.token"),
                reader.required("synapse.consul.service"),
                reader.optional("synapse.consul.address"),
                reader.integer("synapse.consul.port", 1, 65_535),
                reader.list("synapse.consul.tags"),
                new ConsulConfig.Check(
                        http("synapse.consul.check-url"),
                        reader.duration("synapse.consul.check-interval", SECOND, HOUR),
                        reader.duration("synapse.consul.check-timeout", SECOND, HOUR),
                        reader.duration("synapse.consul.deregister-after", Duration.ofMinutes(1), Duration.ofDays(7))),
                reader.duration("synapse.consul.timeout", Duration.ofMillis(100), Duration.ofMinutes(1)),
                new ConsulConfig.Retry(
                        reader.duration("synapse.consul.retry-backoff", Duration.ofMillis(10), HOUR),
                        reader.duration("synapse.consul.retry-max", Duration.ofMillis(10), HOUR)),
                reader.duration("synapse.consul.confirm-interval", Duration.ofMillis(100), HOUR)));
    }

    private URI http(String name) {
        String text = reader.required(name);
        try {
            URI url = new URI(text);
            boolean isHttp = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (isHttp && url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw new ConfigException(name, "must be a URL: " + text);
        }
        throw new ConfigException(name, "must be an http or https URL without a user: " + text);
    }
}
