/**
 * Topics: who follows which, and what becomes of those who read too slowly. A subscription is a position in a topic's
 * stream, so subscribing, recovering and history are the same operation; a publication is written once for all who
 * receive it in the same way.
 */
package io.synapse.topic;
