package io.synapse.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A stretch of network in front of a server, with faults: broken, silent, or slow. */
public final class FaultyLink implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int BACKLOG = 50;

    private final int serverPort;
    private final ServerSocket entry;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean broken;
    private boolean silentUp;
    private boolean silentDown;
    private long delayNanos;

    /** A link without faults, to a server on this machine. */
    public FaultyLink(int serverPort) {
        this.serverPort = serverPort;
        try {
            entry = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    /** Where it begins. */
    public int port() {
        return entry.getLocalPort();
    }

    /** Ends all connections, and every new one at once. */
    public void breakOff() {
        set(() -> broken = true);
        for (Socket socket : sockets) {
            end(socket);
        }
    }

    /** Nothing passes any more, and nobody is told. */
    public void silence() {
        set(() -> {
            silentUp = true;
            silentDown = true;
        });
    }

    /** What the server says does not pass any more; what it is told does. */
    public void silenceAnswers() {
        set(() -> silentDown = true);
    }

    /** Everything takes so much longer, in each direction. */
    public void slow(Duration delay) {
        set(() -> delayNanos = delay.toNanos());
    }

    /** No faults any more. What was held back passes, if there is still somebody to take it. */
    public void heal() {
        set(() -> {
            broken = false;
            silentUp = false;
            silentDown = false;
            delayNanos = 0;
        });
    }

    private void set(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "faulty-link");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!entry.isClosed()) {
            try {
                Socket client = entry.accept();
                if (isBroken()) {
                    client.close();
                } else {
                    connect(client);
                }
            } catch (IOException ended) {
                // The test is over, or the server is down: then the client was hung up on.
            }
        }
    }

    private void connect(Socket client) throws IOException {
        Socket server = new Socket();
        try {
            server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort));
        } catch (IOException e) {
            client.close();
            throw e;
        }
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        sockets.add(client);
        sockets.add(server);
        start(() -> pump(client, server, true));
        start(() -> pump(server, client, false));
    }

    private boolean isBroken() {
        lock.lock();
        try {
            return broken;
        } finally {
            lock.unlock();
        }
    }

    private void pump(Socket from, Socket to, boolean up) {
        byte[] buffer = new byte[BUFFER_BYTES];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitPassage(up, from);
                out.write(buffer, 0, read);
            }
        } catch (IOException ended) {
            // By either end: so does the other.
        } finally {
            end(from);
            end(to);
        }
    }

    private void awaitPassage(boolean up, Socket socket) {
        lock.lock();
        try {
            long left = delayNanos;
            while (!socket.isClosed() && ((up ? silentUp : silentDown) || left > 0)) {
                if (up ? silentUp : silentDown) {
                    changed.awaitUninterruptibly();
                } else {
                    left = delayNanos == 0 ? 0 : changed.awaitNanos(left);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private void end(Socket socket) {
        sockets.remove(socket);
        try {
            socket.close();
        } catch (IOException alreadyGone) {
            // That is what was wanted.
        }
        set(() -> {});
    }

    @Override
    public void close() {
        try {
            entry.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        breakOff();
    }
}
