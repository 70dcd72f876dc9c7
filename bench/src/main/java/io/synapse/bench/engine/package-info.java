/** The engine that is put into Synapse's WAR. */
package io.synapse.bench.engine;
