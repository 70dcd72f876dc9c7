/** The tools of the application: what each wants, who may call it, and what answers a call as an engine answers a query. */
package io.synapse.tool;
