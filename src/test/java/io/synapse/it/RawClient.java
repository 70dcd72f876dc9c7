package io.synapse.it;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** A client that writes frames byte by byte, for what no library would send, and that reads only when it is told to. */
final class RawClient implements AutoCloseable {

    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CONTINUATION = 0;
    private static final String CORTEX = "/cortex/websocket";
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final OutputStream out;
    private DataInputStream in;
    private String head = "";

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** What the server answers to a request: status line and headers. */
    static String answerTo(int port, String request) throws IOException {
        try (RawClient client = dial(port)) {
            client.out.write(request.getBytes(StandardCharsets.US_ASCII));
            return client.readHead();
        }
    }

    /** From now on reads so many bytes a second. */
    SlowStream slowDown(int bytesPerSecond) {
        SlowStream slow = new SlowStream(in, bytesPerSecond);
        in = new DataInputStream(slow);
        return slow;
    }

    static RawClient connect(int port) throws IOException {
        return connect(port, CORTEX);
    }

    /** To another socket than the cortex. */
    static RawClient connect(int port, String path) throws IOException {
        RawClient client = dial(port);
        String head = client.handshake(port, path);
        if (!head.startsWith("HTTP/1.1 101")) {
            client.close();
            throw new IOException("no upgrade: " + head);
        }
        return client;
    }

    /** To another socket, with a sub-protocol. */
    static RawClient connect(int port, String path, String subprotocol) throws IOException {
        return connect(port, path + " HTTP/1.1\r\nSec-WebSocket-Protocol: " + subprotocol + "\r\nX-Rest:");
    }

    /** What the server answers to a handshake: status line and headers. */
    static String answerToHandshake(int port) throws IOException {
        try (RawClient client = dial(port)) {
            return client.handshake(port, CORTEX);
        }
    }

    /** The same with parameters, which begin with a question mark. */
    static String answerToHandshake(int port, String parameters) throws IOException {
        try (RawClient client = dial(port)) {
            return client.handshake(port, CORTEX + parameters);
        }
    }

    /** A handshake from an address of the loopback network, with headers; whatever the answer, which {@link #head} has. */
    static RawClient shakeHands(String from, int port, String path, String... headers) throws IOException {
        RawClient client = dial(from, port);
        StringBuilder more = new StringBuilder(path + " HTTP/1.1");
        for (String header : headers) {
            more.append("\r\n").append(header);
        }
        client.head = client.handshake(port, more + "\r\nX-Rest:");
        return client;
    }

    /** What the server answered. */
    String head() {
        return head;
    }

    /** The status of it. */
    int status() {
        return Integer.parseInt(head.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3));
    }

    private static RawClient dial(int port) throws IOException {
        return dial("127.0.0.1", port);
    }

    private static RawClient dial(String from, int port) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.setReceiveBufferSize(64 * 1024);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        return new RawClient(socket);
    }

    private String handshake(int port, String path) throws IOException {
        out.write(("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        return readHead();
    }

    private String readHead() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString();
    }

    void sendText(String text) throws IOException {
        send(TEXT, true, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Many texts in one write. */
    void sendAtOnce(List<String> texts) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String text : texts) {
            ByteBuffer frame = frame(TEXT, true, text.getBytes(StandardCharsets.UTF_8));
            all.write(frame.array(), 0, frame.position());
        }
        all.writeTo(out);
    }

    void send(int opcode, boolean last, byte[] data) throws IOException {
        ByteBuffer frame = frame(opcode, last, data);
        out.write(frame.array(), 0, frame.position());
    }

    private static ByteBuffer frame(int opcode, boolean last, byte[] data) {
        ByteBuffer frame = ByteBuffer.allocate(data.length + 14);
        frame.put((byte) ((last ? FINAL : 0) | opcode));
        if (data.length < 126) {
            frame.put((byte) (MASKED | data.length));
        } else if (data.length < 65_536) {
            frame.put((byte) (MASKED | 126)).putShort((short) data.length);
        } else {
            frame.put((byte) (MASKED | 127)).putLong(data.length);
        }
        byte[] mask = new byte[4];
        ThreadLocalRandom.current().nextBytes(mask);
        frame.put(mask);
        for (int i = 0; i < data.length; i++) {
            frame.put((byte) (data[i] ^ mask[i & 3]));
        }
        return frame;
    }

    /** Bytes as they are, for what is no frame. */
    void sendBytes(byte... bytes) throws IOException {
        out.write(bytes);
    }

    /** The data of the next frame that is no ping; pings are not answered. */
    byte[] read() throws IOException {
        while (true) {
            int opcode = in.readUnsignedByte() & 0xf;
            byte[] data = new byte[length(in.readUnsignedByte())];
            in.readFully(data);
            if (opcode != PING) {
                return data;
            }
        }
    }

    /** Reads to the close frame and returns its code, or to the end of the connection and returns 1006. */
    int readUntilEnd() throws IOException {
        try {
            while (true) {
                int opcode = in.readUnsignedByte() & 0xf;
                byte[] data = new byte[length(in.readUnsignedByte())];
                in.readFully(data);
                if (opcode == CLOSE && data.length >= 2) {
                    return ByteBuffer.wrap(data).getShort() & 0xffff;
                }
            }
        } catch (EOFException | SocketException ended) {
            return 1006;
        }
    }

    private int length(int first) throws IOException {
        return switch (first) {
            case 126 -> in.readUnsignedShort();
            case 127 -> Math.toIntExact(in.readLong());
            default -> first;
        };
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
