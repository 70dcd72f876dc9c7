package io.synapse.security.limit;

import io.synapse.platform.Timers.Timer;
import io.synapse.security.Identity;
import io.synapse.security.limit.ConnectionLimits.Address;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What one connection takes of the limits: reserved in the handshake, and released once, when the connection ends or never
 * came to be. Safe for use by many threads; everything but its methods is guarded by the {@link ConnectionLimits}.
 */
public final class Place implements Entrance {

    /** How far it has come. */
    enum State {
        RESERVED,
        OPEN,
        RELEASED
    }

    final Address address;
    final boolean closing;
    final Set<String> holders = new HashSet<>(2);
    /** What it is called among nodes, and of what it has a place there; empty on a node alone. */
    final String name;

    final Set<String> sharedHolders = new HashSet<>(2);
    State state = State.RESERVED;
    private final ConnectionLimits limits;
    private Timer deadline = Timer.NONE;

    Place(ConnectionLimits limits, Address address, boolean closing, String name) {
        this.limits = limits;
        this.address = address;
        this.closing = closing;
        this.name = name;
    }

    void deadline(Timer timer) {
        deadline = timer;
    }

    /**
     * The connection has been opened.
     *
     * @return false if that took so long that the place was given up; the connection must be closed
     */
    public boolean open() {
        deadline.cancel();
        return limits.open(this);
    }

    /** The handshake has come to nothing. Does nothing if the connection is open. */
    public void abandon() {
        if (limits.abandon(this)) {
            deadline.cancel();
        }
    }

    /** The connection has ended. Does nothing the second time. */
    public void release() {
        deadline.cancel();
        limits.release(this);
    }

    /**
     * Takes a place of an API key or user for this connection, too, if it has none yet.
     *
     * @param identity who has joined
     * @return the limit that is reached, if one is
     */
    public Optional<Full> claim(Identity identity) {
        return limits.claim(this, identity);
    }

    /**
     * Whether whoever is at this address may show a credential now.
     *
     * @return why not
     */
    public Optional<Full> mayTry() {
        return limits.mayTry(this);
    }

    /** A credential was shown on this connection that is not good. */
    public void failed() {
        limits.failed(this);
    }
}
