/** The audit log: one JSON object a line, by the logger {@code io.synapse.audit}. */
package io.synapse.security.audit;
