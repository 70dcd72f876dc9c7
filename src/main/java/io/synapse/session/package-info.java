/**
 * What a client that has lost its connection finds again when it comes back: for a while, within bounds, and only for
 * whoever can name it.
 */
package io.synapse.session;
