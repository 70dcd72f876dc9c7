package io.synapse.config;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The language-model engine: where its model is, and how patient it is with it.
 *
 * @param baseUrl the address of the API, without {@code /chat/completions}
 * @param model the model asked for; empty if none is configured, and the engine then refuses to be chosen
 * @param apiKey sent as a bearer credential; a secret
 * @param organization sent as {@code OpenAI-Organization}
 * @param headers further headers of each request; values may be secrets
 * @param systemPrompt the first message of every conversation
 * @param parameters a JSON object whose fields are put into each request, such as {@code {"temperature":0.2}}
 * @param connectTimeout how long a connection may take
 * @param firstTokenTimeout how long the model may take from the request to its first words
 * @param idleTimeout how long it may pause after that
 * @param retries how often a request is repeated that failed before its first token
 * @param retryBackoff the wait before the first repetition, doubled for each one more; {@code Retry-After} goes before it
 * @param maxEventBytes bytes of one event of the stream, at most
 * @param calling which tools the model may call
 * @param breaker when to stop asking a model that fails
 */
public record OpenAiConfig(
        URI baseUrl,
        Optional<String> model,
        Optional<String> apiKey,
        Optional<String> organization,
        Map<String, String> headers,
        Optional<String> systemPrompt,
        String parameters,
        Duration connectTimeout,
        Duration firstTokenTimeout,
        Duration idleTimeout,
        int retries,
        Duration retryBackoff,
        int maxEventBytes,
        Calling calling,
        Breaker breaker) {

    /**
     * The circuit breaker: open, it fails queries at once.
     *
     * @param failureRate per cent of the last calls that failed, at which it opens
     * @param calls how many of the last calls are looked at, and how many there must be before it opens at all
     * @param openFor how long it stays open before it tries one call again
     */
    public record Breaker(int failureRate, int calls, Duration openFor) {}

    /**
     * Function calling: the model asks for a tool, which is called for the one who asks, and goes on with what that gave.
     *
     * @param tools the names of the tools it is offered, of those that the one who asks may call; {@code *} for all of them,
     *     nothing for none
     * @param maxRounds how often it may ask for tools before it must answer
     * @param maxResultBytes bytes of what one call gave that it is told, at most
     */
    public record Calling(List<String> tools, int maxRounds, int maxResultBytes) {

        /** Copies the list. */
        public Calling {
            tools = List.copyOf(tools);
        }

        /**
         * Whether the model is offered a tool.
         *
         * @param tool its name
         * @return whether it is
         */
        public boolean offers(String tool) {
            return tools.contains("*") || tools.contains(tool);
        }
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "OpenAiConfig[baseUrl=" + baseUrl + ", model=" + model + "]";
    }
}
