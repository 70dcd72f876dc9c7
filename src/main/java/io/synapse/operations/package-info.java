/** What an operator sees: health, figures, and what the log says at the start. */
package io.synapse.operations;
