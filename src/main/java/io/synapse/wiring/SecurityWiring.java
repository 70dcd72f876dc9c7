package io.synapse.wiring;

import io.synapse.cluster.Cluster;
import io.synapse.cluster.redis.RedisKeys;
import io.synapse.cluster.redis.RedisLink;
import io.synapse.cluster.redis.RedisLogins;
import io.synapse.cluster.redis.RedisPlaces;
import io.synapse.cluster.redis.RedisRevocations;
import io.synapse.cluster.redis.RedisTickets;
import io.synapse.config.Mode;
import io.synapse.config.OutsideConfig;
import io.synapse.config.SynapseConfig;
import io.synapse.operations.NodeState;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.ManagedPool;
import io.synapse.platform.TaskQueue;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.security.AccessPolicy;
import io.synapse.security.Admission;
import io.synapse.security.ApiKeys;
import io.synapse.security.Authenticator;
import io.synapse.security.CredentialCheck;
import io.synapse.security.GatewayPolicy;
import io.synapse.security.HandshakeCheck;
import io.synapse.security.HandshakePolicy;
import io.synapse.security.HandshakeTokens;
import io.synapse.security.LiveCredentials;
import io.synapse.security.LocalRevocations;
import io.synapse.security.PassingCredentials;
import io.synapse.security.Revocations;
import io.synapse.security.Secrets;
import io.synapse.security.audit.AuditLog;
import io.synapse.security.jwt.JwtCheck;
import io.synapse.security.jwt.OidcLogin;
import io.synapse.security.key.KeyFile;
import io.synapse.security.key.KeyStore;
import io.synapse.security.key.KeyTokens;
import io.synapse.security.key.LocalKeys;
import io.synapse.security.key.ManagedKeys;
import io.synapse.security.key.Uses;
import io.synapse.security.limit.ClientAddresses;
import io.synapse.security.limit.ConnectionLimits;
import io.synapse.security.limit.SharedPlaces;
import io.synapse.security.login.Login;
import io.synapse.security.login.LoginSessions;
import io.synapse.security.login.MemoryLogins;
import io.synapse.security.login.MemoryTickets;
import io.synapse.security.login.Tickets;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Clock;
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
    Revocations revocations(Cluster cluster) {
        Revocations local = new LocalRevocations();
        return ClusterWiring.redis(cluster)
                .<Revocations>map(link -> new RedisRevocations(local, link, cluster.nodes(), cluster.post()))
                .orElse(local);
    }

    @Produces
    @Singleton
    LiveCredentials live(SynapseConfig config, Clock clock, Timers timers, Revocations revocations) {
        LiveCredentials.Terms terms = new LiveCredentials.Terms(
                config.auth().expiryWarning(), config.auth().expiryGrace());
        return new LiveCredentials(terms, clock, timers, revocations);
    }

    @Produces
    @Singleton
    LoginSessions logins(SynapseConfig config, Clock clock, Timers timers, Revocations revocations, Cluster cluster) {
        return ClusterWiring.redis(cluster)
                .<LoginSessions>map(link -> new RedisLogins(
                        config.login(),
                        new RedisLogins.Environment(link, cluster.post(), clock, timers, new Secrets(), revocations),
                        config.cluster().redis().timeout()))
                .orElseGet(() -> new MemoryLogins(config.login(), clock, timers, new Secrets(), revocations));
    }

    @Produces
    @Singleton
    ApiKeys configuredKeys(SynapseConfig config) {
        return new ApiKeys(config.auth().apiKeys(), config.mode() == Mode.DEVELOPMENT);
    }

    @Produces
    @Singleton
    KeyStore keyStore(SynapseConfig config, Cluster cluster) {
        Optional<RedisLink> redis = ClusterWiring.redis(cluster);
        if (redis.isPresent()) {
            return RedisKeys.of(
                    redis.get(),
                    cluster.nodes(),
                    cluster.post(),
                    config.cluster().redis().timeout(),
                    config.keys().max());
        }
        return new LocalKeys(
                config.keys().file().map(Path::of).map(KeyFile::new),
                config.keys().max());
    }

    @Produces
    @Singleton
    Uses uses(KeyStore store, Timers timers, ManagedPool pool) {
        return new Uses(store, timers, new TaskQueue(pool, ManagedThreads.KEEPER_THREADS));
    }

    // Static: WildFly has ended the application scope, and this bean with it, when it disposes.
    static void keep(@Disposes Uses uses) {
        uses.keep();
    }

    @Produces
    @Singleton
    ManagedKeys keys(
            SynapseConfig config,
            KeyStore store,
            ApiKeys configured,
            Uses uses,
            Clock clock,
            Timers timers,
            Revocations revocations) {
        return new ManagedKeys(
                config.keys(),
                store,
                configured::isName,
                uses,
                new ManagedKeys.Environment(clock, timers, new Secrets(), revocations));
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

    // Static, as it belongs to no bean: without a configured issuer there is nothing to check.
    private static CredentialCheck outsideTokens(SynapseConfig config, Clock clock, Counters counters) {
        OutsideConfig outside = config.outside();
        return outside.jwt()
                .<CredentialCheck>map(jwt -> new JwtCheck(jwt, outside.claims(), clock, counters))
                .orElse(credential -> Optional.empty());
    }

    @Produces
    @Singleton
    Authenticator authenticator(
            SynapseConfig config,
            ApiKeys configured,
            ManagedKeys keys,
            LoginSessions logins,
            HandshakeTokens tokens,
            PassingCredentials passing,
            Clock clock,
            Counters counters) {
        return new Authenticator(List.of(
                keys,
                session -> logins.validate(session).map(Login::identity),
                passing,
                configured,
                new KeyTokens(tokens, keys),
                // last, as it may have to fetch keys
                outsideTokens(config, clock, counters)));
    }

    @Produces
    @Singleton
    Tickets tickets(SynapseConfig config, Clock clock, Revocations revocations, Cluster cluster) {
        MemoryTickets local = new MemoryTickets(config.login(), clock, new Secrets(), revocations);
        return ClusterWiring.redis(cluster)
                .<Tickets>map(link -> new RedisTickets(
                        local,
                        config.login(),
                        clock,
                        new Secrets(),
                        link,
                        config.cluster().redis().timeout()))
                .orElse(local);
    }

    @Produces
    @Singleton
    HandshakeCheck handshakeCheck(Authenticator authenticator, LoginSessions logins, Tickets tickets) {
        return new HandshakeCheck(
                authenticator, session -> logins.validate(session).map(Login::identity), tickets);
    }

    @Produces
    @Singleton
    AuditLog auditLog(Clock clock, Timers timers) {
        return AuditLog.ofServer(clock, timers);
    }

    static void flush(@Disposes AuditLog log) {
        log.flush();
    }

    @Produces
    @Singleton
    AccessPolicy access(SynapseConfig config) {
        return new AccessPolicy(config.mode(), config.auth().allowedOrigins());
    }

    @Produces
    @Singleton
    Admission admission(AccessPolicy access, NodeState state) {
        return new Admission(access, () -> state.notReady().isEmpty());
    }

    @Produces
    @Singleton
    ClientAddresses addresses(SynapseConfig config) {
        return new ClientAddresses(config.guard().trustedProxies());
    }

    @Produces
    @Singleton
    ConnectionLimits limits(SynapseConfig config, Ticker ticker, Timers timers, Counters counters, Cluster cluster) {
        SharedPlaces shared = ClusterWiring.redis(cluster)
                .<SharedPlaces>map(link -> new RedisPlaces(
                        link,
                        cluster.nodes(),
                        config.cluster().lease(),
                        config.cluster().redis().timeout()))
                .orElse(SharedPlaces.NONE);
        return new ConnectionLimits(config.guard().connections(), ticker, timers, counters, shared);
    }

    @Produces
    @Singleton
    HandshakePolicy handshakes(Admission admission, HandshakeCheck check) {
        return new HandshakePolicy(admission, check);
    }

    @Produces
    @Singleton
    GatewayPolicy gateway(SynapseConfig config, Admission admission, HandshakeCheck check) {
        return new GatewayPolicy(admission, check, config.mode());
    }
}
