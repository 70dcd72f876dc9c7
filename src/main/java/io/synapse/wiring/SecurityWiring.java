package io.synapse.wiring;

import io.synapse.config.Mode;
import io.synapse.config.OutsideConfig;
import io.synapse.config.SynapseConfig;
import io.synapse.connection.ConnectionRegistry;
import io.synapse.operations.NodeState;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.Timers;
import io.synapse.security.AccessPolicy;
import io.synapse.security.Admission;
import io.synapse.security.ApiKeys;
import io.synapse.security.Authenticator;
import io.synapse.security.CredentialCheck;
import io.synapse.security.GatewayPolicy;
import io.synapse.security.HandshakePolicy;
import io.synapse.security.HandshakeTokens;
import io.synapse.security.LocalRevocations;
import io.synapse.security.PassingCredentials;
import io.synapse.security.Revocations;
import io.synapse.security.Secrets;
import io.synapse.security.jwt.JwtCheck;
import io.synapse.security.jwt.OidcLogin;
import io.synapse.security.login.Login;
import io.synapse.security.login.LoginSessions;
import io.synapse.security.login.MemoryLogins;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Who may connect. */
@ApplicationScoped
public class SecurityWiring {

    @Produces
    @Singleton
    HandshakeTokens tokens(SynapseConfig config, Ids ids, Clock clock) {
        // Without a configured secret, tokens hold until the next start and on this node only.
        String secret = config.auth().tokenSecret().orElseGet(() -> ids.next() + ids.next());
        return new HandshakeTokens(secret, config.auth().tokenMaxAge(), clock);
    }

    @Produces
    @Singleton
    Revocations revocations() {
        return new LocalRevocations();
    }

    @Produces
    @Singleton
    LoginSessions logins(SynapseConfig config, Clock clock, Timers timers, Revocations revocations) {
        return new MemoryLogins(config.login(), clock, timers, new Secrets(), revocations);
    }

    @Produces
    @Singleton
    PassingCredentials passing() {
        return new PassingCredentials(new Secrets());
    }

    @Produces
    @Singleton
    Optional<OidcLogin> oidc(SynapseConfig config, Clock clock, Counters counters) {
        OutsideConfig outside = config.outside();
        return outside.oidc().map(oidc -> new OidcLogin(oidc, outside.claims(), clock, counters, new Secrets()));
    }

    @Produces
    @Singleton
    Authenticator authenticator(
            SynapseConfig config,
            HandshakeTokens tokens,
            LoginSessions logins,
            PassingCredentials passing,
            Clock clock,
            Counters counters) {
        boolean development = config.mode() == Mode.DEVELOPMENT;
        OutsideConfig outside = config.outside();
        List<CredentialCheck> checks = new ArrayList<>(List.of(
                new ApiKeys(config.auth().apiKeys(), development),
                session -> logins.validate(session).map(Login::identity),
                passing,
                tokens));
        // Last, as it may have to fetch keys.
        outside.jwt().ifPresent(jwt -> checks.add(new JwtCheck(jwt, outside.claims(), clock, counters)));
        return new Authenticator(checks);
    }

    @Produces
    @Singleton
    AccessPolicy access(SynapseConfig config) {
        return new AccessPolicy(config.mode(), config.auth().allowedOrigins());
    }

    @Produces
    @Singleton
    Admission admission(SynapseConfig config, AccessPolicy access, NodeState state, ConnectionRegistry registry) {
        return new Admission(
                access,
                () -> state.notReady().isEmpty(),
                registry::count,
                config.limits().connections());
    }

    @Produces
    @Singleton
    HandshakePolicy handshakes(Admission admission, Authenticator authenticator) {
        return new HandshakePolicy(admission, authenticator);
    }

    @Produces
    @Singleton
    GatewayPolicy gateway(SynapseConfig config, Admission admission, Authenticator authenticator) {
        return new GatewayPolicy(admission, authenticator, config.mode());
    }
}
