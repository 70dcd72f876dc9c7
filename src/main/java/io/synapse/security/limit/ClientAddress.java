package io.synapse.security.limit;

/**
 * Where a client is.
 *
 * @param text its address, to be shown
 * @param counted what counts as one client: the address, or the first 64 bits of one of version 6
 */
public record ClientAddress(String text, String counted) {}
