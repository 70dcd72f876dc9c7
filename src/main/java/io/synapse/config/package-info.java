/**
 * What an operator can set: immutable records, validated once when the application starts. Names begin with {@code
 * synapse.}, are lower-case with dashes, and say their unit; defaults stand in {@code
 * META-INF/microprofile-config.properties} and nowhere else. A bad value fails the deployment and names the property.
 */
package io.synapse.config;
