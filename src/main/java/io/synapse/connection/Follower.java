package io.synapse.connection;

import io.synapse.platform.Wakeup;
import io.synapse.protocol.CloseReason;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * One connection that follows something: it is moved on whenever there is something to read, or room to write. What it
 * follows, and how far it is, is its own; it keeps nothing of what it has yet to read, so a slow client costs its outbox and
 * no more.
 *
 * <p>Safe for use by many threads: one at a time moves it on, and others only tell it to look again. Whatever it sends it
 * sends under {@link #lock} if it {@link #mayMove()}; so once it was paused, or has ended, nothing more is sent, and whoever
 * takes its place begins exactly behind it.
 */
public abstract class Follower implements Connection.Source {

    private static final System.Logger LOGGER = System.getLogger(Follower.class.getName());

    /** Guards the position and whether anything may be sent at all. */
    protected final ReentrantLock lock = new ReentrantLock();

    private final Connection connection;
    private final Wakeup wakeup = new Wakeup(this::run);
    private boolean paused;
    private volatile boolean ended;
    private volatile Runnable unfollow = () -> {};

    /**
     * One that has not begun.
     *
     * @param connection who follows
     */
    protected Follower(Connection connection) {
        this.connection = connection;
    }

    /**
     * Begins: first follows, then reads, so that nothing falls between. Call it once.
     *
     * @param follow given what to run when there is news, returns what ends that
     */
    protected final void begin(Function<Runnable, Runnable> follow) {
        unfollow = follow.apply(this::pump);
        connection.addSource(this);
        if (ended) {
            leave();
            return;
        }
        pump();
    }

    /** Sends what there is, as long as there is room. Called by one thread at a time. */
    protected abstract void moveOn();

    /** It ends: called once, under the lock. */
    protected void ending() {}

    /** It has ended: called once, without the lock. */
    protected void ended() {}

    /** It could not go on, and must {@link #finish}. Called at most once, before its connection is ended. */
    protected void failed() {
        finish();
    }

    /**
     * Whether anything may be sent; ask under the lock.
     *
     * @return false once it was paused, or has ended
     */
    protected final boolean mayMove() {
        return !ended && !paused;
    }

    /**
     * Whether it has ended.
     *
     * @return once true, always true
     */
    protected final boolean hasEnded() {
        return ended;
    }

    /** Sends nothing more, but stays, until {@link #unhalt} or {@link #finish}. */
    protected final void halt() {
        lock.lock();
        try {
            paused = true;
        } finally {
            lock.unlock();
        }
    }

    /** Goes on after {@link #halt}, with nothing missing. */
    protected final void unhalt() {
        lock.lock();
        try {
            paused = false;
        } finally {
            lock.unlock();
        }
        pump();
    }

    /**
     * Ends; nothing is given to the connection after this returns.
     *
     * @return false, and nothing happens, if it has ended before
     */
    protected final boolean finish() {
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            ended = true;
            ending();
        } finally {
            lock.unlock();
        }
        leave();
        ended();
        return true;
    }

    private void leave() {
        unfollow.run();
        connection.removeSource(this);
    }

    @Override
    public final void pump() {
        wakeup.ask();
    }

    private void run() {
        try {
            moveOn();
        } catch (RuntimeException | Error e) {
            // Going on would leave a gap that the client cannot see; a new connection can recover.
            LOGGER.log(Level.ERROR, "a " + getClass().getSimpleName() + " failed, and its connection ends", e);
            failed();
            connection.abort(CloseReason.INTERNAL);
        }
    }
}
