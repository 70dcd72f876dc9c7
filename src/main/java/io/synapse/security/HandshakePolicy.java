package io.synapse.security;

import io.synapse.security.HandshakeCheck.Shown;
import io.synapse.security.Verdict.Admitted;
import io.synapse.security.Verdict.Refused;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Decides about a handshake before the upgrade, in the order Phoenix does: method, origin, token, version, capacity. A
 * client that was let in and then closed would redial every 10 ms for ever, so nothing is left to be found out later
 * that can be known here. Safe for use by many threads.
 */
public final class HandshakePolicy {

    /** The sub-protocol of the Phoenix client. */
    public static final String SUBPROTOCOL = "phoenix";

    private static final String TOKEN_PREFIX = "base64url.bearer.phx.";

    // Phoenix accepts "~> 1.0.0" and "~> 2.0.0": any patch level of these two.
    private static final Pattern VERSION = Pattern.compile("([12])\\.0\\.\\d{1,9}");

    private final Admission admission;
    private final HandshakeCheck check;

    /**
     * A policy.
     *
     * @param admission who is let in at all
     * @param check who is who
     */
    public HandshakePolicy(Admission admission, HandshakeCheck check) {
        this.admission = admission;
        this.check = check;
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
        String version = handshake.parameters().getOrDefault("vsn", "1.0.0");
        var known = VERSION.matcher(version);
        if (!known.matches()) {
            return Refused.of(403, "unsupported vsn");
        }
        if (!handshake.upgrade()) {
            return Admission.notAWebSocket();
        }
        boolean phoenix = handshake.subprotocols().contains(SUBPROTOCOL);
        if (!phoenix && handshake.subprotocols().stream().anyMatch(offered -> !offered.startsWith(TOKEN_PREFIX))) {
            return Refused.of(403, "unsupported sub-protocol");
        }
        Optional<Shown> credential = check.shown(handshake, credential(handshake));
        Optional<Identity> identity = credential.flatMap(Shown::identify);
        if (credential.isPresent() && identity.isEmpty()) {
            return Refused.INVALID_TOKEN;
        }
        Optional<Refused> notReady = admission.notReady();
        if (notReady.isPresent()) {
            return notReady.get();
        }
        Optional<String> answered = phoenix ? Optional.of(SUBPROTOCOL) : Optional.empty();
        return new Admitted(identity, known.group(1).equals("1") ? 1 : 2, answered);
    }

    // Phoenix ignores the token when there are several; here as there, an ambiguous credential is none.
    private static Optional<String> credential(Handshake handshake) {
        List<String> offered = handshake.subprotocols().stream()
                .filter(entry -> entry.startsWith(TOKEN_PREFIX))
                .map(entry -> entry.substring(TOKEN_PREFIX.length()))
                .toList();
        if (offered.size() == 1) {
            return Optional.of(decode(offered.get(0)));
        }
        return handshake.token().or(() -> handshake.authorization().flatMap(Handshake::bearer));
    }

    // In spite of its name the entry is standard base64; both alphabets are taken, padded or not.
    private static String decode(String entry) {
        String standard = entry.replace('-', '+').replace('_', '/').replace("=", "");
        try {
            return new String(Base64.getDecoder().decode(standard), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
