/** The server under test: packs the two WARs, starts it, waits until both answer, reads its CPU time, ends it. */
package io.synapse.bench.server;
