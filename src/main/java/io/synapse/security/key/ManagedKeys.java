package io.synapse.security.key;

import io.synapse.config.KeysConfig;
import io.synapse.platform.Timers;
import io.synapse.security.Credential;
import io.synapse.security.CredentialCheck;
import io.synapse.security.Identity;
import io.synapse.security.Revocations;
import io.synapse.security.Secrets;
import io.synapse.security.key.KeyStore.Added;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes, rotates and revokes API keys, and knows who shows one. A key is {@code syk_} with the 16 digits of its id and the 64 of
 * its secret, so it is found without comparing it to others. Safe for use by many threads.
 */
public final class ManagedKeys implements CredentialCheck {

    private static final int ID_BYTES = 8;
    private static final String ID_PREFIX = "k_";
    private static final Pattern KEY = Pattern.compile(Secrets.Prefix.KEY.letters() + "([0-9a-f]{16})_[0-9a-f]{64}");
    private static final Pattern SOURCE = Pattern.compile("(k_[0-9a-f]{16})\\.\\d{1,10}");

    /**
     * A key with a new secret.
     *
     * @param secret the whole key, which is kept nowhere
     * @param key what is kept
     */
    public record Issued(String secret, ManagedKey key) {

        /** Leaves the secret out: this text may reach a log. */
        @Override
        public String toString() {
            return "Issued[" + key.id() + "]";
        }
    }

    /**
     * What came of a request for a key.
     *
     * @param added whether it was made
     * @param issued the key, if it was
     */
    public record Creation(Added added, Optional<Issued> issued) {}

    private final KeysConfig config;
    private final KeyStore store;
    private final Predicate<String> configured;
    private final Uses uses;
    private final Environment environment;

    /**
     * What it needs beside the keys.
     *
     * @param clock tells the time
     * @param timers tells of secrets whose grace is over
     * @param secrets makes keys
     * @param revocations told of keys and secrets that do not count any more
     */
    public record Environment(Clock clock, Timers timers, Secrets secrets, Revocations revocations) {}

    /**
     * The keys of a store.
     *
     * @param config the bounds
     * @param store where they are kept
     * @param configured whether a name is that of a key of the configuration
     * @param uses notes when they are used
     * @param environment the rest
     */
    public ManagedKeys(
            KeysConfig config, KeyStore store, Predicate<String> configured, Uses uses, Environment environment) {
        this.config = config;
        this.store = store;
        this.configured = configured;
        this.uses = uses;
        this.environment = environment;
    }

    @Override
    public Optional<Identity> identify(String credential) {
        Matcher matcher = KEY.matcher(credential);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Instant now = environment.clock().instant();
        String id = ID_PREFIX + matcher.group(1);
        Optional<Identity> identity = store.find(id).flatMap(key -> key.identify(Secrets.hash(credential), now));
        identity.ifPresent(known -> uses.note(id, now));
        return identity;
    }

    /**
     * Whether what was made with a key still counts.
     *
     * @param source the {@link Credential#source()} of that key
     * @return false if the key was revoked, has expired, is configured no more, or was never there
     */
    public boolean isGood(String source) {
        Matcher matcher = SOURCE.matcher(source);
        return configured.test(source)
                || matcher.matches()
                        && store.find(matcher.group(1))
                                .filter(key ->
                                        key.isGood(source, environment.clock().instant()))
                                .isPresent();
    }

    /**
     * Makes a key.
     *
     * @param request what it is to be
     * @return the key, or why there is none
     */
    public Creation create(KeyRequest request) {
        if (configured.test(request.name())) {
            return new Creation(Added.NAME_TAKEN, Optional.empty());
        }
        String digits = environment.secrets().hex(ID_BYTES);
        String id = ID_PREFIX + digits;
        String secret = secret(digits);
        ManagedKey key = new ManagedKey(
                id,
                new Identity(
                        request.name(),
                        request.tenant(),
                        request.agents(),
                        request.topics(),
                        request.roles(),
                        Credential.ofKey(id)),
                Secrets.hash(secret),
                1,
                Optional.empty(),
                environment.clock().instant(),
                request.expiresAt(),
                Optional.empty(),
                Optional.empty());
        Added added = store.add(key);
        return new Creation(added, added == Added.ADDED ? Optional.of(new Issued(secret, key)) : Optional.empty());
    }

    private String secret(String digits) {
        return Secrets.Prefix.KEY.letters() + digits + "_"
                + environment.secrets().next();
    }

    /**
     * Gives a key a new secret. What was made with the old one ends with it. If an older one still goes on, it ends now.
     *
     * @param id of the key
     * @param grace how long the old secret goes on, at most {@link #maxGrace()}
     * @return the key; empty if there is none that is active
     */
    public Optional<Issued> rotate(String id, Duration grace) {
        Duration bounded = grace.compareTo(config.maxGrace()) < 0 ? grace : config.maxGrace();
        Instant now = environment.clock().instant();
        if (store.find(id).isEmpty()) {
            return Optional.empty();
        }
        String secret = secret(id.substring(ID_PREFIX.length()));
        String hash = Secrets.hash(secret);
        Optional<ManagedKey> rotated = store.update(
                        id, key -> key.state(now) == ManagedKey.State.ACTIVE ? key.rotated(hash, bounded, now) : key)
                .filter(key -> key.hash().equals(hash));
        rotated.ifPresent(key -> {
            if (key.generation() > 2) {
                environment.revocations().announce(id + "." + (key.generation() - 2));
            }
            if (bounded.isZero()) {
                environment.revocations().announce(key.formerSource());
            } else {
                environment
                        .timers()
                        .after(bounded, () -> environment.revocations().announce(key.formerSource()));
            }
        });
        return rotated.map(key -> new Issued(secret, key));
    }

    /**
     * Ends a key at once, and tells of it.
     *
     * @param id of the key
     * @return the key as it is now; empty if there is none
     */
    public Optional<ManagedKey> revoke(String id) {
        Instant now = environment.clock().instant();
        Optional<ManagedKey> revoked = store.update(id, key -> key.revokedAt().isPresent() ? key : key.revoked(now));
        revoked.ifPresent(key -> {
            environment.revocations().announce(key.source());
            environment.revocations().announce(key.formerSource());
        });
        return revoked;
    }

    /**
     * Looks a key up.
     *
     * @param id of the key
     * @return the key; empty if there is none
     */
    public Optional<ManagedKey> find(String id) {
        return store.find(id);
    }

    /**
     * Keys in the order of their ids.
     *
     * @param after the id that they come after; empty for the first
     * @param limit how many at most
     * @return whatever their state
     */
    public List<ManagedKey> page(String after, int limit) {
        return store.page(after, limit);
    }

    /**
     * Whether keys are there again after a restart.
     *
     * @return false if they are in memory only
     */
    public boolean isDurable() {
        return store.isDurable();
    }

    /**
     * The longest that an old secret goes on.
     *
     * @return as configured
     */
    public Duration maxGrace() {
        return config.maxGrace();
    }
}
