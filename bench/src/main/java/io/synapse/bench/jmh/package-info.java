/** JMH benchmarks of Synapse's own parts, without a server. */
package io.synapse.bench.jmh;
