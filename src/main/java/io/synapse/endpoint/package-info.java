/**
 * The outermost ring: WebSocket endpoint, handshake filter, and the traits of containers. It adapts and never decides:
 * every class here turns what the container says into a call on a service, and back.
 */
package io.synapse.endpoint;
