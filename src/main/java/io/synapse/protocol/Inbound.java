package io.synapse.protocol;

/** What the decoding of one frame gave: a message, or what was wrong with it. Decoding never throws. */
public sealed interface Inbound permits ClientMessage, Invalid {

    /**
     * Where the frame belongs, as far as it could be read.
     *
     * @return never null
     */
    Address address();
}
