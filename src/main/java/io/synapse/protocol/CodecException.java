package io.synapse.protocol;

/** A message cannot be said in a codec: an engine's answer holds a value that JSON has no word for, for instance. */
public class CodecException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Says what cannot be encoded.
     *
     * @param message what and why
     * @param cause the failure of the generator; may be null
     */
    public CodecException(String message, Throwable cause) {
        super(message, cause);
    }
}
