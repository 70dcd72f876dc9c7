package io.synapse.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads what the configuration says of the control API and of Consul. */
final class ControlReader {

    private static final Pattern WEBSOCKET = Pattern.compile("wss?://[^/?#\\s]+");
    /** What can be part of a name in DNS. */
    private static final Pattern SERVICE = Pattern.compile("[A-Za-z0-9-]{1,63}");

    private static final Duration SHORTEST = Duration.ofMillis(10);
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

    // Everything is read, whether it is used or not: a wrong value is found before it is needed.
    private Optional<ConsulConfig> consul() {
        String service = reader.required("synapse.consul.service");
        if (!SERVICE.matcher(service).matches()) {
            throw new ConfigException("synapse.consul.service", "must be 1 to 63 letters, digits and -: " + service);
        }
        Optional<String> token = reader.optional("synapse.consul.token");
        List<String> tags = reader.list("synapse.consul.tags");
        Optional<String> address = reader.optional("synapse.consul.address");
        int port = reader.integer("synapse.consul.port", 1, 65_535);
        Duration interval = reader.duration("synapse.consul.check-interval", SECOND, HOUR);
        Duration checkTimeout = reader.duration("synapse.consul.check-timeout", SECOND, HOUR);
        Duration deregisterAfter =
                reader.duration("synapse.consul.deregister-after", Duration.ofMinutes(1), Duration.ofDays(7));
        Duration timeout = reader.duration("synapse.consul.timeout", Duration.ofMillis(100), Duration.ofMinutes(1));
        ConsulConfig.Retry retry = new ConsulConfig.Retry(
                reader.duration("synapse.consul.retry-backoff", SHORTEST, HOUR),
                reader.duration("synapse.consul.retry-max", SHORTEST, HOUR));
        Duration confirm = reader.duration("synapse.consul.confirm-interval", Duration.ofMillis(100), HOUR);
        Optional<URI> agent = http("synapse.consul.url");
        Optional<URI> check = http("synapse.consul.check-url");
        if (agent.isPresent() && check.isEmpty()) {
            throw new ConfigException(
                    "synapse.consul.check-url", "is missing; Consul has to know when the node is ready");
        }
        return agent.map(url -> new ConsulConfig(
                url,
                token,
                service,
                address,
                port,
                tags,
                new ConsulConfig.Check(check.orElseThrow(), interval, checkTimeout, deregisterAfter),
                timeout,
                retry,
                confirm));
    }

    private Optional<URI> http(String name) {
        Optional<String> text = reader.optional(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI url = new URI(text.get());
            boolean isHttp = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (isHttp && url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null) {
                return Optional.of(url);
            }
        } catch (URISyntaxException e) {
            throw new ConfigException(name, "must be a URL: " + text.get());
        }
        throw new ConfigException(name, "must be an http or https URL without a user: " + text.get());
    }
}
