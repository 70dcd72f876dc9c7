package io.synapse.engine.openai;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;

/**
 * Takes bytes and gives the {@code data} of the events they hold (WHATWG HTML, "Server-sent events"). Other fields and
 * comments are passed over. Not safe for use by more than one thread.
 */
final class ServerSentEvents {

    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final int FIRST_SIZE = 1024;

    private final int maxBytes;
    private final Queue<String> events = new ArrayDeque<>();
    private byte[] line = new byte[FIRST_SIZE];
    private int length;
    private boolean afterReturn;
    private boolean first = true;
    private StringBuilder data;
    private int dataBytes;

    /**
     * No event yet.
     *
     * @param maxBytes bytes of one event, and of one line, at most
     */
    ServerSentEvents(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Takes what has come.
     *
     * @param bytes read to their end
     * @throws UpstreamException if an event is longer than allowed
     */
    void take(ByteBuffer bytes) throws UpstreamException {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            boolean newline = next == '\n';
            // A line ends with CR, LF, or both together.
            if (newline && afterReturn) {
                afterReturn = false;
                continue;
            }
            afterReturn = next == '\r';
            if (newline || afterReturn) {
                endLine();
            } else {
                add(next);
            }
        }
    }

    /**
     * The next event.
     *
     * @return its data, or null if none is complete
     */
    String poll() {
        return events.poll();
    }

    private void add(byte next) throws UpstreamException {
        if (length == line.length) {
            line = Arrays.copyOf(line, length * 2);
        }
        line[length++] = next;
        check(length);
    }

    private void check(int bytes) throws UpstreamException {
        if (bytes > maxBytes) {
            throw UpstreamException.notUnderstood("an event of the model's stream is too long", null);
        }
    }

    private void endLine() throws UpstreamException {
        int from = first && length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF
                ? 3
                : 0;
        first = false;
        if (length == from) {
            if (data != null) {
                events.add(data.toString());
                data = null;
                dataBytes = 0;
            }
        } else {
            field(from);
        }
        length = 0;
    }

    private void field(int from) throws UpstreamException {
        int colon = from;
        while (colon < length && line[colon] != ':') {
            colon++;
        }
        if (!Arrays.equals(line, from, colon, DATA, 0, DATA.length)) {
            return;
        }
        int value = Math.min(colon + 1, length);
        if (value < length && line[value] == ' ') {
            value++;
        }
        if (data == null) {
            data = new StringBuilder();
        } else {
            data.append('\n');
        }
        dataBytes += length - value + 1;
        check(dataBytes);
        data.append(new String(line, value, length - value, StandardCharsets.UTF_8));
    }
}
