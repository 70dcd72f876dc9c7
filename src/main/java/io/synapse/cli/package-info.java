/**
 * What {@code java -jar synapse.war} runs: the command line for API keys. Its classes lie at the root of the WAR, outside of the
 * application, and need nothing but the JDK and {@link io.synapse.security.Secrets}.
 */
package io.synapse.cli;
