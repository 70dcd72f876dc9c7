package io.synapse.endpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** The body of a request, as far as somebody wants to read it. */
public final class BoundedBody {

    /** What more is read past, so that a client that is still sending hears the answer. */
    private static final int MORE = 8 * 1024 * 1024;

    private BoundedBody() {}

    /**
     * Reads it.
     *
     * @param in the body
     * @param most bytes that it may have
     * @return the bytes; empty if there are more. Of these some megabytes were read past
     * @throws IOException if it could not be read to its end
     */
    public static Optional<byte[]> read(InputStream in, int most) throws IOException {
        byte[] bytes = in.readNBytes(most + 1);
        if (bytes.length <= most) {
            return Optional.of(bytes);
        }
        byte[] past = new byte[8192];
        int left = MORE;
        int read = 0;
        while (left > 0 && read >= 0) {
            read = in.read(past, 0, Math.min(past.length, left));
            left -= read;
        }
        return Optional.empty();
    }
}
