package io.synapse.presence;

/**
 * Whose a member is, apart from its connection: how one who comes back is recognised.
 *
 * @param key what the member is listed under
 * @param subject who the client is, so that nobody takes the place of another under the same key
 */
public record PresenceOwner(String key, String subject) {}
