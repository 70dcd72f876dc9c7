/** Fakes that tests of several packages share: a clock, timers and a transport that the test moves. */
package io.synapse.testing;
