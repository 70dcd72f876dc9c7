package io.synapse.routing;

import io.synapse.platform.Timers;
import io.synapse.security.ApiKeys;
import io.synapse.security.Authenticator;
import io.synapse.security.CredentialCheck;
import io.synapse.security.HandshakeTokens;
import io.synapse.security.LiveCredentials;
import io.synapse.security.LocalRevocations;
import io.synapse.security.Revocations;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** Who is who, in tests of routing: the development key and tokens. */
final class Credentials {

    static final Duration WARNING = Duration.ofSeconds(60);
    static final Duration GRACE = Duration.ofSeconds(10);

    private Credentials() {}

    static HandshakeTokens tokens(Clock clock) {
        return new HandshakeTokens("0123456789abcdef0123456789abcdef", Duration.ofHours(1), clock);
    }

    static CredentialCheck check(Clock clock) {
        return new Authenticator(List.of(new ApiKeys(List.of(), true), tokens(clock)));
    }

    static CredentialHandler handler(SubscriptionHandler subscriptions, Timers timers, Clock clock) {
        return handler(subscriptions, timers, clock, new LocalRevocations());
    }

    static CredentialHandler handler(
            SubscriptionHandler subscriptions, Timers timers, Clock clock, Revocations revocations) {
        LiveCredentials.Terms terms = new LiveCredentials.Terms(WARNING, GRACE);
        return new CredentialHandler(
                check(clock), new LiveCredentials(terms, clock, timers, revocations), subscriptions, clock);
    }
}
