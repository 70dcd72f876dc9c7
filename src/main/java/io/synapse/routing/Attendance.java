package io.synapse.routing;

import io.synapse.presence.Membership;
import io.synapse.presence.PresenceViewer;
import java.util.Optional;

/**
 * How the client of one join is seen on its topic, and sees others.
 *
 * @param membership its place; empty if it is not tracked
 * @param viewer tells it of others; empty if it does not want to know
 */
record Attendance(Optional<Membership> membership, Optional<PresenceViewer> viewer) {

    /** Neither seen nor told. */
    static final Attendance NONE = new Attendance(Optional.empty(), Optional.empty());

    /** May be called more than once. */
    void end() {
        viewer.ifPresent(PresenceViewer::end);
        membership.ifPresent(Membership::leave);
    }
}
