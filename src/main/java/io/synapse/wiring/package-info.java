/**
 * Builds the parts and connects them: the only place that knows every implementation. The parts themselves are plain
 * objects that take what they need in their constructors.
 */
package io.synapse.wiring;
