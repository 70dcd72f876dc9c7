/** What Synapse adds between a language model and who asks it. */
package io.synapse.bench.model;
