package io.synapse.bench.socket;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A blocking WebSocket client, for what a library would not do: reading slowly, and leaving without a word. One thread may
 * read while others send.
 */
public final class RawSocket implements AutoCloseable {

    private static final int TEXT = 1;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;
    private static final int FINAL_MASKED = 0x80;
    private static final int TIMEOUT_MILLIS = 30_000;

    private final Socket socket;
    private final OutputStream out;
    private final PacedStream paced;
    private final DataInputStream in;

    private RawSocket(Socket socket) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
        this.paced = new PacedStream(socket.getInputStream());
        this.in = new DataInputStream(paced);
    }

    /**
     * Connects.
     *
     * @param uri of a WebSocket on this machine
     * @param receiveBuffer bytes; 0 is what the kernel likes
     * @return open
     * @throws IOException if it is not let in
     */
    public static RawSocket open(URI uri, int receiveBuffer) throws IOException {
        return open(uri, receiveBuffer, null);
    }

    /**
     * The same from another address of the loopback network.
     *
     * @param uri of a WebSocket on this machine
     * @param receiveBuffer bytes; 0 is what the kernel likes
     * @param from such as {@code 127.0.0.2}; null for the usual one
     * @return open
     * @throws IOException if it is not let in
     */
    public static RawSocket open(URI uri, int receiveBuffer, String from) throws IOException {
        Socket socket = new Socket();
        try {
            if (from != null) {
                socket.bind(new InetSocketAddress(from, 0));
            }
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), TIMEOUT_MILLIS);
            RawSocket opened = new RawSocket(socket);
            opened.shakeHands(uri);
            return opened;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void shakeHands(URI uri) throws IOException {
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        out.write(("GET " + uri.getRawPath() + query + " HTTP/1.1\r\nHost: " + uri.getAuthority()
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        if (!head.toString().startsWith("HTTP/1.1 101")) {
            throw new IOException("no upgrade: " + head);
        }
    }

    /**
     * How fast it reads.
     *
     * @return can be slowed down
     */
    public PacedStream pace() {
        return paced;
    }

    /**
     * Sends a message.
     *
     * @param text at most 64 KiB
     * @throws IOException if the connection has ended
     */
    public void send(String text) throws IOException {
        send(TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    private synchronized void send(int opcode, byte[] data) throws IOException {
        ByteBuffer frame = ByteBuffer.allocate(data.length + 8).put((byte) (FINAL_MASKED | opcode));
        if (data.length < 126) {
            frame.put((byte) (FINAL_MASKED | data.length));
        } else {
            frame.put((byte) (FINAL_MASKED | 126)).putShort((short) data.length);
        }
        // a mask of zeros leaves the data as they are
        frame.putInt(0).put(data);
        out.write(frame.array(), 0, frame.position());
    }

    /**
     * The next message; pings are answered.
     *
     * @return its text
     * @throws IOException when the connection ends
     */
    public String read() throws IOException {
        while (true) {
            int opcode = in.readUnsignedByte() & 0xf;
            byte[] data = new byte[length(in.readUnsignedByte())];
            in.readFully(data);
            switch (opcode) {
                case TEXT -> {
                    return new String(data, StandardCharsets.UTF_8);
                }
                case PING -> send(PONG, data);
                case CLOSE ->
                    throw new EOFException("closed with "
                            + (data.length < 2
                                    ? "nothing"
                                    : ByteBuffer.wrap(data).getShort()));
                default -> throw new IOException("unexpected opcode " + opcode);
            }
        }
    }

    private int length(int first) throws IOException {
        return switch (first) {
            case 126 -> in.readUnsignedShort();
            case 127 -> Math.toIntExact(in.readLong());
            default -> first;
        };
    }

    /**
     * Reads on until a message holds all of these.
     *
     * @param parts of the message
     * @return the message
     * @throws IOException when the connection ends before
     */
    public String readUntil(String... parts) throws IOException {
        while (true) {
            String message = read();
            boolean found = true;
            for (String part : parts) {
                found &= message.contains(part);
            }
            if (found) {
                return message;
            }
        }
    }

    /**
     * As RFC 6455 wants it: says goodbye and waits for the answer.
     *
     * @throws IOException if none comes
     */
    public void closeCleanly() throws IOException {
        send(CLOSE, new byte[] {3, (byte) 0xe8});
        try {
            while (true) {
                read();
            }
        } catch (EOFException answered) {
            socket.close();
        }
    }

    /**
     * A reset, as of a process that was killed with data unread.
     *
     * @throws IOException if there is no socket any more
     */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /**
     * Whether the server has ended the connection by now; reads what is there.
     *
     * @return whether it has
     * @throws IOException if that cannot be found out
     */
    public boolean hasEnded() throws IOException {
        socket.setSoTimeout(1000);
        byte[] rest = new byte[4096];
        try {
            while (true) {
                if (in.read(rest) < 0) {
                    return true;
                }
            }
        } catch (java.net.SocketTimeoutException open) {
            return false;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
