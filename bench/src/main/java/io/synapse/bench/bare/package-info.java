/** The WAR to compare with: an endpoint that sends the frames Synapse would send, and has no logic. Runs in the server. */
package io.synapse.bench.bare;
