/** What shows only after minutes: one who reads slowly among many, and connections that come and go. */
package io.synapse.bench.endurance;
