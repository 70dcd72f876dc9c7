/**
 * The only seam to time, ids and threads. No other package reads a clock, makes an id, starts a thread or builds an
 * executor (an ArchUnit test holds this), so every other class can be tested with a clock that the test moves.
 */
package io.synapse.platform;
