/**
 * The language-model engine: any endpoint that speaks OpenAI's chat completions with server-sent events. It uses the JDK's
 * HTTP client, because an interrupt has to close the upstream's socket at any moment, also while the first byte is waited
 * for (docs/design/0011-language-model-client.md).
 */
package io.synapse.engine.openai;
