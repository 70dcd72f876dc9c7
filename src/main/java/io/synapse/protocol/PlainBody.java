package io.synapse.protocol;

/** A payload that is written often: as JSON it can do without a generator. Both ways write the same, to the letter. */
interface PlainBody extends Body {

    /** Writes the payload, as {@link Body#writeTo} does. */
    void writeTo(JsonBuilder out);
}
