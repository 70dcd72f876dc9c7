package io.synapse.protocol;

import java.util.Map;

/**
 * The numbers of errors on {@code /ws}, those of JSON-RPC 2.0 (section 5.1): parse error, invalid request, method not
 * found, invalid params, internal error, and for every refusal of the server's own {@link #REFUSED}.
 */
public final class ErrorCodes {

    /** Not JSON, or not CBOR. */
    public static final int PARSE_ERROR = -32700;
    /** No message of this protocol. */
    public static final int INVALID_REQUEST = -32600;
    /** A type that does not exist. */
    public static final int UNKNOWN_TYPE = -32601;
    /** A field is missing or wrong. */
    public static final int INVALID_FIELDS = -32602;
    /** Something failed in the server. */
    public static final int INTERNAL = -32603;
    /** The server refuses; the message says why. */
    public static final int REFUSED = -32000;

    private static final Map<String, Integer> BY_REASON = Map.of(
            Reasons.NOT_A_MESSAGE, PARSE_ERROR,
            Reasons.NOT_A_REQUEST, INVALID_REQUEST,
            Reasons.UNKNOWN_TYPE, UNKNOWN_TYPE,
            Reasons.UNKNOWN_CHANNEL, INVALID_FIELDS,
            Reasons.INVALID_FIELD, INVALID_FIELDS,
            Reasons.UNKNOWN_TOOL, INVALID_FIELDS,
            Reasons.INVALID_ARGUMENTS, INVALID_FIELDS,
            Reasons.INTERNAL_ERROR, INTERNAL);

    private ErrorCodes() {}

    static int of(String reason) {
        if (reason.startsWith(Reasons.missing(""))) {
            return INVALID_FIELDS;
        }
        return BY_REASON.getOrDefault(reason, REFUSED);
    }
}
