/**
 * One connection: what waits to be sent to it, how it is closed, and the registry of all of them. The transport is an
 * interface; the container's WebSocket session stands behind it in the outermost package.
 */
package io.synapse.connection;
