package io.synapse.config;

import java.time.Duration;

/**
 * Login sessions, and the tickets that are good for one handshake.
 *
 * @param lifetime the longest a login session lasts
 * @param idleTimeout how long one lasts that is not shown
 * @param max login sessions at a time
 * @param maxPerSubject of one subject; one more ends the oldest of these
 * @param ticketLifetime how long a ticket can be used
 * @param maxTickets tickets at a time
 */
public record LoginConfig(
        Duration lifetime, Duration idleTimeout, int max, int maxPerSubject, Duration ticketLifetime, int maxTickets) {}
