package io.synapse.engine;

/** An {@link Answer} would be larger than any client could take. Its query ends with {@code output_limit}. */
public class AnswerTooLargeException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /**
     * Says that an answer is too large.
     *
     * @param message what was too large, and the bound
     */
    public AnswerTooLargeException(String message) {
        super(message);
    }
}
