package io.synapse.security;

import io.synapse.security.Verdict.Refused;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;

/** What every handshake must pass, whatever the client will speak. Safe for use by many threads. */
public final class Admission {

    private static final int RETRY_AFTER_SECONDS = 5;

    private final AccessPolicy access;
    private final BooleanSupplier ready;

    /**
     * An admission.
     *
     * @param access who is let in at all
     * @param ready whether this node accepts connections now
     */
    public Admission(AccessPolicy access, BooleanSupplier ready) {
        this.access = access;
        this.ready = ready;
    }

    /** Why somebody is not even asked who they are; empty if they are. */
    Optional<Refused> stranger(Handshake handshake) {
        if (!handshake.method().equals("GET")) {
            return Optional.of(Refused.of(400, "a WebSocket handshake is a GET request"));
        }
        return access.refusal(handshake.remoteAddress(), handshake.host(), handshake.origin(), handshake.forwarded())
                .map(reason -> Refused.of(403, reason));
    }

    /** What a request gets that asks for no upgrade. */
    static Refused notAWebSocket() {
        return Refused.of(400, "this is a WebSocket endpoint; connect with a WebSocket client");
    }

    /** Why even a welcome client cannot come in now; empty if it can. */
    Optional<Refused> notReady() {
        if (!ready.getAsBoolean()) {
            return Optional.of(new Refused(503, "not ready", OptionalInt.of(RETRY_AFTER_SECONDS)));
        }
        return Optional.empty();
    }
}
