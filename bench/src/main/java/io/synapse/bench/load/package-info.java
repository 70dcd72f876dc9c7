/** The load generator: many connections on one thread, questions by the clock, latency from when they were due. */
package io.synapse.bench.load;
