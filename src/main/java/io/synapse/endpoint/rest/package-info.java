/** The REST side, under {@code /api}: what runs here, tokens for the handshake, metrics, queues. */
package io.synapse.endpoint.rest;
