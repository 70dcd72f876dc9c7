/** Measures Synapse beside an endpoint without logic on the same server, in the same run. */
package io.synapse.bench;
