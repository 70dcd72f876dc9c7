/**
 * The words of the wire: what clients and servers can say, how it is encoded, why a connection is closed. Messages are
 * typed and know nothing of envelopes; a {@link io.synapse.protocol.MessageCodec} gives them one.
 */
package io.synapse.protocol;
