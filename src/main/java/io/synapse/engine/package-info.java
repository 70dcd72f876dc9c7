/**
 * What the author of an engine writes against: {@link io.synapse.engine.QueryEngine}, its {@link
 * io.synapse.engine.QueryContext} and the values they exchange. It depends on nothing but the JDK, so that an engine
 * can be compiled and tested without a server. The engines shipped with Synapse live in sub-packages.
 */
package io.synapse.engine;
