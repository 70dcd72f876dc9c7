package io.synapse.endpoint.rest;

import io.synapse.config.SynapseConfig;
import java.util.Optional;

/** What fields and parameters of the control API look like. */
final class ControlFields {

    static final String TEXT = "must be 1 to 255 characters";
    static final String SECRET = "must be 1 to 8192 characters";
    static final String TRUTH = "must be true or false";

    private static final int MAX_TEXT = 255;
    private static final int MAX_SECRET = 8192;
    /** Of the object around what is passed on, and of the list of a batch. */
    private static final int ENVELOPE = 3;

    private ControlFields() {}

    static boolean isText(String text) {
        return !text.isEmpty() && text.length() <= MAX_TEXT;
    }

    static boolean isSecret(String text) {
        return !text.isEmpty() && text.length() <= MAX_SECRET;
    }

    static boolean isTruth(String text) {
        return text.equals("true") || text.equals("false");
    }

    static Optional<String> realm(RestBody body) {
        return body.text("realm", text -> text.length() <= MAX_TEXT, "must be the name of a tenant");
    }

    /** A body that carries messages may be as large as a message of a socket. */
    static RestBody.Bounds bounds(SynapseConfig config) {
        return new RestBody.Bounds(
                config.limits().messageBytes(), config.limits().nestingDepth() + ENVELOPE);
    }
}
