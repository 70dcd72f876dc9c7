/**
 * What nodes share, in Redis: the only package that knows it. {@link io.synapse.cluster.redis.RedisLink} is the connection, with
 * its end and its return; everything else is an implementation of a seam that another package declares.
 */
package io.synapse.cluster.redis;
