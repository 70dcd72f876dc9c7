package io.synapse.security;

import io.synapse.config.Mode;
import io.synapse.protocol.Subprotocol;
import io.synapse.security.HandshakeCheck.Shown;
import io.synapse.security.Verdict.Admitted;
import io.synapse.security.Verdict.Refused;
import java.util.List;
import java.util.Optional;

/**
 * Decides about a handshake on {@code /ws} before the upgrade: there are no joins there, so a client says who it is now or
 * not at all. Development mode, which lets in this machine only, takes a client without credential for a developer. Safe
 * for use by many threads.
 */
public final class GatewayPolicy {

    private static final List<String> KNOWN = Subprotocol.words();

    private final Admission admission;
    private final HandshakeCheck check;
    private final Mode mode;

    /**
     * A policy.
     *
     * @param admission who is let in at all
     * @param check who is who
     * @param mode development or production
     */
    public GatewayPolicy(Admission admission, HandshakeCheck check, Mode mode) {
        this.admission = admission;
        this.check = check;
        this.mode = mode;
    }

    /**
     * Decides.
     *
     * @param handshake what the client asks
     * @return the verdict
     */
    public Verdict decide(Handshake handshake) {
        Optional<Refused> stranger = admission.stranger(handshake);
        if (stranger.isPresent()) {
            return stranger.get();
        }
        if (!handshake.upgrade()) {
            return Admission.notAWebSocket();
        }
        List<String> offered = handshake.subprotocols();
        Optional<String> spoken = offered.stream().filter(KNOWN::contains).findFirst();
        if (spoken.isEmpty() && !offered.isEmpty()) {
            return Refused.of(403, "unsupported sub-protocol; there are " + KNOWN);
        }
        Optional<Shown> credential = check.shown(handshake, credential(handshake));
        if (credential.isEmpty() && mode == Mode.PRODUCTION) {
            return Refused.of(
                    401,
                    "a credential is needed: Authorization: Bearer, or one of the parameters ticket, session_token, token");
        }
        Optional<Identity> identity =
                credential.isPresent() ? credential.get().identify() : check.identify(ApiKeys.DEVELOPMENT_KEY);
        if (identity.isEmpty()) {
            return Refused.of(401, "invalid token");
        }
        Optional<Refused> full = admission.noRoom();
        return full.isPresent() ? full.get() : new Admitted(identity, 1, spoken);
    }

    private static Optional<String> credential(Handshake handshake) {
        return handshake.authorization().flatMap(Handshake::bearer).or(handshake::token);
    }
}
