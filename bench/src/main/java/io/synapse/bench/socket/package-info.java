/** A blocking WebSocket client, as fast as its threads. */
package io.synapse.bench.socket;
