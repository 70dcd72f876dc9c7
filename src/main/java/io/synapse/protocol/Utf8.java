package io.synapse.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8 without surprises. */
public final class Utf8 {

    private Utf8() {}

    /**
     * How long a text is in UTF-8.
     *
     * @param text any text; a surrogate without its partner, which UTF-8 has no word for, counts 2
     * @return bytes
     */
    public static int length(CharSequence text) {
        int bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            }
        }
        return bytes;
    }

    /**
     * Writes surrogates without their partner as escapes. UTF-8 has no word for them, so a container would send a question
     * mark, or fail. Streams that are cut between two characters have them in good faith, and the client puts the halves
     * together again.
     *
     * @param json JSON; they can stand nowhere in it but inside of text
     * @return the same JSON, which UTF-8 can say
     */
    static String escapeLoneSurrogates(String json) {
        StringBuilder out = null;
        int copied = 0;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < json.length() && Character.isLowSurrogate(json.charAt(i + 1))) {
                i++;
                continue;
            }
            if (out == null) {
                out = new StringBuilder(json.length() + 16);
            }
            out.append(json, copied, i).append("\\u").append(Integer.toHexString(c));
            copied = i + 1;
        }
        return out == null ? json : out.append(json, copied, json.length()).toString();
    }

    /**
     * Decodes, refusing what is not UTF-8 instead of replacing it.
     *
     * @param bytes what to decode
     * @return the text
     * @throws CharacterCodingException if the bytes are not UTF-8
     */
    public static String decode(ByteBuffer bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    }
}
