package io.synapse.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads what the configuration says of the language model. */
final class OpenAiReader {

    private static final int MIB = 1024 * 1024;
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(1);

    private final ConfigReader reader;

    OpenAiReader(ConfigReader reader) {
        this.reader = reader;
    }

    OpenAiConfig read() {
        return new OpenAiConfig(
                baseUrl("synapse.openai.base-url"),
                reader.optional("synapse.openai.model"),
                reader.optional("synapse.openai.api-key"),
                reader.optional("synapse.openai.organization"),
                headers("synapse.openai.headers"),
                reader.optional("synapse.openai.system-prompt"),
                reader.required("synapse.openai.parameters"),
                reader.duration("synapse.openai.connect-timeout", SHORTEST, LONGEST),
                reader.duration("synapse.openai.first-token-timeout", SHORTEST, LONGEST),
                reader.duration("synapse.openai.idle-timeout", SHORTEST, LONGEST),
                reader.integer("synapse.openai.retries", 0, 10),
                reader.duration("synapse.openai.retry-backoff", SHORTEST, LONGEST),
                reader.integer("synapse.openai.max-event-bytes", 1024, 64 * MIB),
                new OpenAiConfig.Calling(
                        reader.list("synapse.openai.tools"),
                        reader.integer("synapse.openai.max-tool-rounds", 1, 100),
                        reader.integer("synapse.openai.max-tool-result-bytes", 256, 16 * MIB)),
                new OpenAiConfig.Breaker(
                        reader.integer("synapse.openai.breaker-failure-rate", 1, 100),
                        reader.integer("synapse.openai.breaker-calls", 1, 10_000),
                        reader.duration("synapse.openai.breaker-open-for", SHORTEST, LONGEST)));
    }

    private URI baseUrl(String name) {
        String text = reader.required(name);
        try {
            URI url = new URI(text);
            boolean isHttp = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (isHttp && url.getHost() != null && url.getUserInfo() == null && url.getFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw new ConfigException(name, "must be an http or https URL");
        }
        // Not quoted: what stands before an @ may be a password.
        throw new ConfigException(name, "must be an http or https URL with a host and without user or fragment");
    }

    // Values are not quoted: they may be secrets.
    private Map<String, String> headers(String name) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String entry : reader.list(name)) {
            int colon = entry.indexOf(':');
            if (colon < 1) {
                throw new ConfigException(name, "entry " + (headers.size() + 1) + " is not name: value");
            }
            String header = entry.substring(0, colon).strip();
            if (headers.put(header, entry.substring(colon + 1).strip()) != null) {
                throw new ConfigException(name, "has the header " + header + " twice");
            }
        }
        return headers;
    }
}
