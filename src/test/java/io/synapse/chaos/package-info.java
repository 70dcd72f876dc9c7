/** What was published, what clients saw of it, and whether the two agree: for tests that break things on purpose. */
package io.synapse.chaos;
