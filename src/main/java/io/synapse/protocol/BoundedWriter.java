package io.synapse.protocol;

import java.io.IOException;
import java.io.Writer;

/** Keeps what is written, up to a bound in characters. For one thread. */
final class BoundedWriter extends Writer {

    private final int max;
    private final StringBuilder text = new StringBuilder();

    BoundedWriter(int max) {
        this.max = max;
    }

    @Override
    public void write(char[] more, int start, int length) throws IOException {
        if (length > max - text.length()) {
            throw new Json.FrameException("a part is larger than this server allows");
        }
        text.append(more, start, length);
    }

    @Override
    public void flush() {
        // All is where it belongs.
    }

    @Override
    public void close() {
        // Nothing is held.
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
