/** The REST side, under {@code /api}: what runs here, keys, login sessions, tokens and tickets, metrics, queues. */
package io.synapse.endpoint.rest;
