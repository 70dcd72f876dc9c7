package io.synapse.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A server that speaks OpenAI's streamed chat completions over real sockets, as a script says. It counts requests, tokens
 * and open sockets, and looks before each token whether its client has gone, as a model that is to stop working would.
 */
public final class ScriptedModel implements AutoCloseable {

    /** What the model does with one request. */
    @FunctionalInterface
    public interface Script {

        /** Answers; the connection is closed if it throws. */
        void answer(Exchange exchange) throws IOException, InterruptedException;
    }

    private final ServerSocketChannel listener;
    private final Set<SocketChannel> sockets = ConcurrentHashMap.newKeySet();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final AtomicLong tokens = new AtomicLong();
    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicInteger gone = new AtomicInteger();
    private volatile Script script;

    /**
     * A model that listens on a free port of the loopback interface.
     *
     * @param script what it does
     */
    public ScriptedModel(Script script) {
        this.script = script;
        try {
            listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept, "model-accept");
    }

    /** From now on requests are answered so. */
    public void becomes(Script next) {
        script = next;
    }

    /** What {@code synapse.openai.base-url} has to be. */
    public URI baseUrl() {
        try {
            return URI.create("http://127.0.0.1:" + ((InetSocketAddress) listener.getLocalAddress()).getPort() + "/v1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The requests so far: the head, an empty line, the body. */
    public List<String> requests() {
        return requests;
    }

    /** Tokens that were written to a client that was still there. */
    public long tokens() {
        return tokens.get();
    }

    /** Connections that are open. */
    public int sockets() {
        return sockets.size();
    }

    /** Answers that are being streamed. */
    public int streams() {
        return streams.get();
    }

    /** Connections that ended in the middle of an answer. */
    public int brokenOff() {
        return gone.get();
    }

    private void accept() {
        while (listener.isOpen()) {
            try {
                SocketChannel socket = listener.accept();
                sockets.add(socket);
                socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
                start(() -> serve(socket), "model-connection");
            } catch (AsynchronousCloseException e) {
                // The test is over.
                return;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void serve(SocketChannel socket) {
        Exchange exchange = new Exchange(socket);
        try (socket) {
            while (exchange.readRequest()) {
                requests.add(exchange.head + "\n\n" + exchange.body);
                script.answer(exchange);
                exchange.end();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            // The client has gone, or the script wants it so: either way the connection is over.
            gone.incrementAndGet();
        } finally {
            exchange.over();
            sockets.remove(socket);
        }
    }

    private static void start(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (SocketChannel socket : sockets) {
            socket.close();
        }
    }

    /** One request and its answer, on one thread. */
    public final class Exchange {

        private final SocketChannel socket;
        private final ByteBuffer in = ByteBuffer.allocate(64 * 1024).flip();
        private String head;
        private String body;
        private boolean streaming;
        private volatile Long lastToken;

        private Exchange(SocketChannel socket) {
            this.socket = socket;
        }

        private boolean readRequest() throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            String text = "";
            while (!text.endsWith("\r\n\r\n")) {
                int next = read();
                if (next < 0) {
                    return false;
                }
                bytes.write(next);
                text = bytes.toString(StandardCharsets.ISO_8859_1);
            }
            head = text.strip();
            byte[] content = new byte[Integer.parseInt(header("content-length", "0"))];
            for (int i = 0; i < content.length; i++) {
                content[i] = (byte) read();
            }
            body = new String(content, StandardCharsets.UTF_8);
            return true;
        }

        private int read() throws IOException {
            if (!in.hasRemaining()) {
                in.clear();
                int count = socket.read(in);
                in.flip();
                if (count < 0) {
                    return -1;
                }
            }
            return in.get() & 0xFF;
        }

        /** The value of a header of the request. */
        public String header(String name, String otherwise) {
            for (String line : head.split("\r\n")) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                    return line.substring(name.length() + 1).strip();
                }
            }
            return otherwise;
        }

        /**
         * Whether a token was produced that was begun after a moment. Before it is produced the client is looked for, so
         * there is none after the client has gone.
         *
         * @param nanos a moment of {@link System#nanoTime()}
         */
        public boolean producedAfter(long nanos) {
            Long last = lastToken;
            return last != null && last - nanos > 0;
        }

        /** The request's JSON. */
        public String body() {
            return body;
        }

        /** Answers without a stream. */
        public void answer(int status, Map<String, String> headers, String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            StringBuilder answer = new StringBuilder("HTTP/1.1 " + status + " said\r\n");
            headers.forEach((name, value) ->
                    answer.append(name).append(": ").append(value).append("\r\n"));
            write(answer + "Content-Length: " + bytes.length + "\r\n\r\n");
            write(text);
        }

        /** Begins a stream of events. */
        public void stream() throws IOException {
            write(
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n");
            streaming = true;
            streams.incrementAndGet();
        }

        /** Sends bytes of a stream as they are. */
        public void raw(String text) throws IOException {
            raw(text.getBytes(StandardCharsets.UTF_8));
        }

        /** Sends bytes of a stream as they are. */
        public void raw(byte[] bytes) throws IOException {
            if (isGone()) {
                throw new IOException("the client has gone");
            }
            ByteBuffer chunk = ByteBuffer.allocate(bytes.length + 16);
            chunk.put((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            chunk.put(bytes).put((byte) '\r').put((byte) '\n').flip();
            write(chunk);
        }

        /** Sends one event. */
        public void event(String data) throws IOException {
            raw("data: " + data + "\n\n");
        }

        /** Produces one token of the answer's text. */
        public void token(String text) throws IOException {
            delta("\"content\":\"" + text + "\"");
        }

        /** Produces one token: the fields of a delta. */
        public void delta(String fields) throws IOException {
            long begun = System.nanoTime();
            event("{\"model\":\"scripted-1\",\"choices\":[{\"index\":0,\"delta\":{" + fields
                    + "},\"finish_reason\":null}]}");
            tokens.incrementAndGet();
            lastToken = begun;
        }

        /** Says why the answer ends, what it took, and that this was all. */
        public void done(String reason) throws IOException {
            event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + reason + "\"}]}");
            event("{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5,\"total_tokens\":12}}");
            event("[DONE]");
        }

        /** Closes the connection in the middle of the answer. */
        public void cut() throws IOException {
            throw new IOException("cut, as the script wants");
        }

        /** Whether the client has closed its side; seen at once, as both are on one machine. */
        public boolean isGone() throws IOException {
            if (in.hasRemaining()) {
                return false;
            }
            socket.configureBlocking(false);
            try {
                in.clear();
                int count = socket.read(in);
                in.flip();
                return count < 0;
            } finally {
                socket.configureBlocking(true);
            }
        }

        private void end() throws IOException {
            if (streaming) {
                write("0\r\n\r\n");
                over();
            }
        }

        private void over() {
            if (streaming) {
                streaming = false;
                streams.decrementAndGet();
            }
        }

        private void write(String text) throws IOException {
            write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        }

        private void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                socket.write(bytes);
            }
        }
    }
}
