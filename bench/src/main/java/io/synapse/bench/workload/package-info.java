/** What is measured: who asks what, how often, and which frames answer it. */
package io.synapse.bench.workload;
