/** What was measured: as a table, as JSON, and what a profile says. */
package io.synapse.bench.report;
