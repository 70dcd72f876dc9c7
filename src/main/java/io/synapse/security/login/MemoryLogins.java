package io.synapse.security.login;

import io.synapse.config.LoginConfig;
import io.synapse.platform.Timers;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Revocations;
import io.synapse.security.Secrets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The login sessions of one node, in its memory, tokens as their hashes only. Safe for use by many threads. */
public final class MemoryLogins implements LoginSessions {

    private static final int ID_BYTES = 12;
    private static final Duration SWEEP = Duration.ofMinutes(1);

    /** A login, and what it takes to find and end it. */
    private static final class Entry {
        private final String hash;
        private Login login;
        private Timers.Timer shortened = Timers.Timer.NONE;

        private Entry(String hash, Login login) {
            this.hash = hash;
            this.login = login;
        }
    }

    private final LoginConfig config;
    private final Clock clock;
    private final Timers timers;
    private final Secrets secrets;
    private final Revocations revocations;
    private final Map<String, Entry> byId = new HashMap<>();
    private final Map<String, Entry> byHash = new HashMap<>();
    /** By tenant and subject the ids, oldest first. */
    private final Map<List<String>, Set<String>> bySubject = new HashMap<>();

    private Instant sweepAt = Instant.MIN;

    /**
     * No logins.
     *
     * @param config the bounds
     * @param clock tells the time
     * @param timers tells of logins that were shortened
     * @param secrets makes ids and tokens
     * @param revocations told of logins that end before their time; tells of what they were made with
     */
    public MemoryLogins(LoginConfig config, Clock clock, Timers timers, Secrets secrets, Revocations revocations) {
        this.config = config;
        this.clock = clock;
        this.timers = timers;
        this.secrets = secrets;
        this.revocations = revocations;
        revocations.subscribe(this::revokeMadeFrom);
    }

    @Override
    public Optional<Created> create(Identity identity, Duration lifetime) {
        Instant now = clock.instant();
        Credential shown = identity.credential();
        Instant end = now.plus(lifetime.compareTo(config.lifetime()) < 0 ? lifetime : config.lifetime());
        Instant last = shown.expiresAt().filter(end::isAfter).orElse(end);
        String token = Secrets.Prefix.LOGIN.letters() + secrets.next();
        String id = ID_PREFIX + secrets.hex(ID_BYTES);
        Login login = new Login(
                id,
                identity.with(new Credential(Credential.Kind.LOGIN, id, Optional.of(last))),
                shown.source(),
                now,
                last,
                now.plus(config.idleTimeout()));
        Optional<String> displaced = Optional.empty();
        synchronized (this) {
            sweep(now);
            List<String> subject = subject(login);
            Set<String> ofSubject = bySubject.getOrDefault(subject, Set.of());
            if (ofSubject.size() >= config.maxPerSubject()) {
                displaced = Optional.of(ofSubject.iterator().next());
                forget(byId.get(displaced.get()));
            }
            if (byId.size() >= config.max()) {
                sweepAt = Instant.MIN;
                sweep(now);
            }
            if (byId.size() < config.max()) {
                Entry entry = new Entry(Secrets.hash(token), login);
                byId.put(id, entry);
                byHash.put(entry.hash, entry);
                bySubject
                        .computeIfAbsent(subject, none -> new LinkedHashSet<>())
                        .add(id);
            } else {
                token = null;
            }
        }
        displaced.ifPresent(revocations::announce);
        return token == null ? Optional.empty() : Optional.of(new Created(token, login));
    }

    @Override
    public Optional<Login> validate(String token) {
        if (!token.startsWith(Secrets.Prefix.LOGIN.letters())) {
            return Optional.empty();
        }
        String hash = Secrets.hash(token);
        Instant now = clock.instant();
        synchronized (this) {
            Optional<Entry> living = living(byHash.get(hash), now);
            living.ifPresent(entry -> entry.login = used(entry.login, now));
            return living.map(entry -> entry.login);
        }
    }

    @Override
    public Optional<Login> find(String id) {
        synchronized (this) {
            return living(byId.get(id), clock.instant()).map(entry -> entry.login);
        }
    }

    @Override
    public Optional<Login> expire(String id, Instant end) {
        Instant now = clock.instant();
        if (!end.isAfter(now)) {
            return revoke(id);
        }
        synchronized (this) {
            Optional<Entry> living = living(byId.get(id), now);
            living.filter(entry -> end.isBefore(entry.login.expiresAt())).ifPresent(entry -> {
                Login login = entry.login;
                Credential until = new Credential(Credential.Kind.LOGIN, id, Optional.of(end));
                entry.login = new Login(
                        id, login.identity().with(until), login.madeFrom(), login.createdAt(), end, login.idleAt());
                entry.shortened.cancel();
                entry.shortened = timers.after(Duration.between(now, end), () -> revocations.announce(id));
            });
            return living.map(entry -> entry.login);
        }
    }

    @Override
    public Optional<Login> revoke(String id) {
        Optional<Login> ended;
        synchronized (this) {
            Entry entry = byId.get(id);
            ended = living(entry, clock.instant()).map(living -> living.login);
            if (entry != null) {
                forget(entry);
            }
        }
        ended.ifPresent(login -> revocations.announce(login.id()));
        return ended;
    }

    @Override
    public synchronized int count() {
        return byId.size();
    }

    private void revokeMadeFrom(String source) {
        // Nothing is made from a login.
        if (source.startsWith(ID_PREFIX)) {
            return;
        }
        List<String> made;
        synchronized (this) {
            made = byId.values().stream()
                    .filter(entry -> entry.login.madeFrom().equals(source))
                    .map(entry -> entry.login.id())
                    .toList();
        }
        made.forEach(this::revoke);
    }

    private Login used(Login login, Instant now) {
        return new Login(
                login.id(),
                login.identity(),
                login.madeFrom(),
                login.createdAt(),
                login.expiresAt(),
                now.plus(config.idleTimeout()));
    }

    private static Optional<Entry> living(Entry entry, Instant now) {
        return Optional.ofNullable(entry).filter(found -> found.login.end().isAfter(now));
    }

    private static List<String> subject(Login login) {
        return List.of(login.identity().tenant(), login.identity().subject());
    }

    // Looking at all of them for each new one would make the last of a great many slow.
    private void sweep(Instant now) {
        if (now.isBefore(sweepAt)) {
            return;
        }
        sweepAt = now.plus(SWEEP);
        List<Entry> ended = new ArrayList<>();
        for (Entry entry : byId.values()) {
            if (!entry.login.end().isAfter(now)) {
                ended.add(entry);
            }
        }
        ended.forEach(this::forget);
    }

    // The timer of a login that was shortened goes on: its connections are told even if nobody looks it up any more.
    private void forget(Entry entry) {
        byId.remove(entry.login.id());
        byHash.remove(entry.hash);
        List<String> subject = subject(entry.login);
        Set<String> ofSubject = bySubject.get(subject);
        ofSubject.remove(entry.login.id());
        if (ofSubject.isEmpty()) {
            bySubject.remove(subject);
        }
    }
}
