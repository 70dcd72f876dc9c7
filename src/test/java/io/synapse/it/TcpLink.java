package io.synapse.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A stretch of network between clients and a server. It can be cut off: then it forwards nothing in either direction and keeps
 * all sockets open, so neither end is told anything. It can refuse, as if the server were down, or be slow.
 */
final class TcpLink implements AutoCloseable {

    private static final int BUFFER_BYTES = 8 * 1024;

    private final int serverPort;
    private final ServerSocket entry;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition healed = lock.newCondition();
    private boolean cut;
    private boolean refusing;
    private long delayNanos;

    private TcpLink(int serverPort) throws IOException {
        this.serverPort = serverPort;
        entry = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::serve);
    }

    static TcpLink to(Server server) throws IOException {
        return new TcpLink(server.port());
    }

    /** To any server of this machine. */
    static TcpLink to(int port) throws IOException {
        return new TcpLink(port);
    }

    /** Where it begins. */
    int port() {
        return entry.getLocalPort();
    }

    /** Where a path of the server is, by way of this link. */
    URI webSocket(String path) {
        return URI.create("ws://127.0.0.1:" + entry.getLocalPort() + path);
    }

    /** From now on nothing passes. */
    void cut() {
        set(true);
    }

    /** What was held back passes now, if there is still somebody to take it. */
    void heal() {
        set(false);
    }

    /** Ends all connections, and all that come. */
    void refuse() {
        setRefusing(true);
        sockets.forEach(TcpLink::reset);
    }

    /** Lets connections through again. */
    void accept() {
        setRefusing(false);
    }

    private void setRefusing(boolean value) {
        lock.lock();
        try {
            refusing = value;
        } finally {
            lock.unlock();
        }
    }

    private boolean isRefusing() {
        lock.lock();
        try {
            return refusing;
        } finally {
            lock.unlock();
        }
    }

    /** Holds back each piece of data for so long; zero: not at all. */
    void slow(Duration delay) {
        lock.lock();
        try {
            delayNanos = delay.toNanos();
            healed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // It was closed before.
        }
    }

    private void set(boolean value) {
        lock.lock();
        try {
            cut = value;
            healed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void awaitPassage() {
        lock.lock();
        try {
            long left = delayNanos;
            while (cut || left > 0 && delayNanos > 0) {
                if (cut) {
                    healed.awaitUninterruptibly();
                } else {
                    left = healed.awaitNanos(left);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "tcp-link");
        thread.setDaemon(true);
        thread.start();
    }

    private void serve() {
        try {
            while (true) {
                Socket client = entry.accept();
                Socket server = new Socket();
                // Small, so that what the server writes into a cut link soon has no place any more.
                server.setReceiveBufferSize(BUFFER_BYTES);
                if (isRefusing() || !connect(server)) {
                    reset(client);
                    server.close();
                    continue;
                }
                sockets.removeIf(Socket::isClosed);
                sockets.addAll(List.of(client, server));
                if (isRefusing()) {
                    reset(client);
                    reset(server);
                }
                start(() -> pump(client, server));
                start(() -> pump(server, client));
            }
        } catch (SocketException closed) {
            // The test is over.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean connect(Socket server) {
        try {
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort));
            return true;
        } catch (IOException down) {
            return false;
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitPassage();
                out.write(buffer, 0, read);
            }
            awaitPassage();
        } catch (IOException ended) {
            // By either end: so does the other, once the link is whole.
            awaitPassage();
        }
    }

    @Override
    public void close() throws IOException {
        heal();
        slow(Duration.ZERO);
        entry.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
