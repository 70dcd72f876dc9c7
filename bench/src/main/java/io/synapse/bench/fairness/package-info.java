/** One tenant floods, another asks now and then. */
package io.synapse.bench.fairness;
