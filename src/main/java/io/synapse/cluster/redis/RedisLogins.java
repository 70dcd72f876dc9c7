package io.synapse.cluster.redis;

import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.synapse.cluster.Post;
import io.synapse.cluster.redis.JsonTree.Tree;
import io.synapse.config.LoginConfig;
import io.synapse.platform.Timers;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Revocations;
import io.synapse.security.Secrets;
import io.synapse.security.login.Login;
import io.synapse.security.login.LoginSessions;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The login sessions of all nodes, tokens as their hashes only. What ends is forgotten by Redis by itself. While Redis is away no
 * login can be made or looked up: whoever shows one is refused, and connections go on. Safe for use by many threads; waits for
 * Redis, for a bounded time.
 */
public final class RedisLogins implements LoginSessions {

    private static final System.Logger LOGGER = System.getLogger(RedisLogins.class.getName());
    private static final Script USE = Script.of("login-use");
    private static final String SHORTENED = "login-shortened";
    private static final int ID_BYTES = 12;

    private final LoginConfig config;
    private final Environment with;
    private final RedisLink link;
    private final Waiting waiting;

    /** What logins are kept with. */
    public record Environment(
            RedisLink link, Post post, Clock clock, Timers timers, Secrets secrets, Revocations revocations) {}

    /**
     * The logins of all nodes.
     *
     * @param config the bounds, which hold for all nodes together
     * @param environment what they are kept with; its revocations are those of all nodes
     * @param timeout how long somebody waits for Redis
     */
    public RedisLogins(LoginConfig config, Environment environment, Duration timeout) {
        this.config = config;
        with = environment;
        link = environment.link();
        waiting = new Waiting(timeout);
        environment.revocations().subscribe(this::revokeMadeFrom);
        environment.post().on(SHORTENED, (from, body) -> {
            int space = body.indexOf(' ');
            endsAt(body.substring(0, space), Instant.ofEpochMilli(Long.parseLong(body.substring(space + 1))));
            return Post.Handler.NOTHING;
        });
    }

    private String key(String id) {
        return link.keys().of("login", id);
    }

    private String tokenKey(String token) {
        return link.keys().of("login-token", Secrets.hash(token));
    }

    private String all() {
        return link.keys().of("logins");
    }

    private String ofSubject(Identity identity) {
        return link.keys().of("logins-of", identity.owner());
    }

    private String madeFrom(String source) {
        return link.keys().of("logins-from", source);
    }

    @Override
    public Optional<Created> create(Identity identity, Duration lifetime) {
        Instant now = with.clock().instant();
        Credential shown = identity.credential();
        Instant end = now.plus(lifetime.compareTo(config.lifetime()) < 0 ? lifetime : config.lifetime());
        Instant last = shown.expiresAt().filter(end::isAfter).orElse(end);
        String token = Secrets.Prefix.LOGIN.letters() + with.secrets().next();
        String id = ID_PREFIX + with.secrets().hex(ID_BYTES);
        Login login = new Login(
                id,
                identity.with(new Credential(Credential.Kind.LOGIN, id, Optional.of(last))),
                shown.source(),
                now,
                last,
                now.plus(config.idleTimeout()));
        return known(
                () -> {
                    forgetEnded(all(), now);
                    if (waiting.forIt(link.call(redis -> redis.zcard(all()))) >= config.max()) {
                        return Optional.empty();
                    }
                    write(login, tokenKey(token), Duration.between(now, last));
                    index(all(), login, last, config.lifetime());
                    index(madeFrom(login.madeFrom()), login, last, config.lifetime());
                    String mine = ofSubject(identity);
                    forgetEnded(mine, now);
                    // By the time of coming the oldest is first; of those that end together, too.
                    index(mine, login, last, config.lifetime());
                    long many = waiting.forIt(link.call(redis -> redis.zcard(mine)));
                    if (many > config.maxPerSubject()) {
                        waiting.forIt(link.call(redis -> redis.zrange(mine, 0, many - config.maxPerSubject() - 1)))
                                .forEach(oldest -> revoke(Script.text(oldest)));
                    }
                    return Optional.of(new Created(token, login));
                },
                Optional.empty());
    }

    private void write(Login login, String tokenKey, Duration lasts) {
        long millis = Math.max(1, lasts.toMillis());
        waiting.forIt(link.call(redis -> redis.hset(
                key(login.id()),
                Map.of(
                        "login",
                        text(login, tokenKey),
                        "idle",
                        Script.bytes(login.idleAt().toEpochMilli())))));
        waiting.forIt(link.call(redis -> redis.pexpire(key(login.id()), millis)));
        waiting.forIt(link.call(redis -> redis.set(tokenKey, Script.bytes(login.id()), SetArgs.Builder.px(millis))));
    }

    private void index(String index, Login login, Instant end, Duration kept) {
        waiting.forIt(link.call(redis -> redis.zadd(index, end.toEpochMilli(), Script.bytes(login.id()))));
        waiting.forIt(link.call(redis -> redis.pexpire(index, kept.toMillis())));
    }

    private void forgetEnded(String index, Instant now) {
        waiting.forIt(link.call(redis ->
                redis.zremrangebyscore(index, Range.create(Double.NEGATIVE_INFINITY, (double) now.toEpochMilli()))));
    }

    private static byte[] text(Login login, String tokenKey) {
        return JsonTree.write(Map.of(
                "id",
                login.id(),
                "identity",
                IdentityJson.tree(login.identity()),
                "from",
                login.madeFrom(),
                "created",
                login.createdAt().toString(),
                "ends",
                login.expiresAt().toString(),
                "token",
                tokenKey));
    }

    /** A login that was found, and the key of its token. */
    private record Found(Login login, String tokenKey) {
        static Found of(byte[] text, byte[] idle) {
            Tree tree = JsonTree.read(text);
            return new Found(
                    new Login(
                            tree.text("id"),
                            IdentityJson.read(tree.tree("identity")),
                            tree.text("from"),
                            Instant.parse(tree.text("created")),
                            Instant.parse(tree.text("ends")),
                            Instant.ofEpochMilli(Long.parseLong(Script.text(idle)))),
                    tree.text("token"));
        }
    }

    private Optional<Found> look(String id, String idle) {
        List<Object> found = waiting.forIt(
                link.<List<Object>>eval(USE, ScriptOutputType.MULTI, List.of(key(id)), Script.bytes(idle)));
        return found.isEmpty()
                ? Optional.empty()
                : Optional.of(Found.of((byte[]) found.get(0), (byte[]) found.get(1)))
                        .filter(living ->
                                living.login().end().isAfter(with.clock().instant()));
    }

    @Override
    public Optional<Login> validate(String token) {
        if (!token.startsWith(Secrets.Prefix.LOGIN.letters())) {
            return Optional.empty();
        }
        return known(
                () -> {
                    byte[] id = waiting.forIt(link.call(redis -> redis.get(tokenKey(token))));
                    if (id == null || look(Script.text(id), "").isEmpty()) {
                        return Optional.empty();
                    }
                    Instant idle = with.clock().instant().plus(config.idleTimeout());
                    return look(Script.text(id), Long.toString(idle.toEpochMilli()))
                            .map(Found::login);
                },
                Optional.empty());
    }

    @Override
    public Optional<Login> find(String id) {
        return known(() -> look(id, "").map(Found::login), Optional.empty());
    }

    @Override
    public Optional<Login> expire(String id, Instant end) {
        Instant now = with.clock().instant();
        if (!end.isAfter(now)) {
            return revoke(id);
        }
        return known(
                () -> {
                    Optional<Found> living = look(id, "");
                    if (living.isEmpty() || !end.isBefore(living.get().login().expiresAt())) {
                        return living.map(Found::login);
                    }
                    Login login = living.get().login();
                    Login shorter = new Login(
                            id,
                            login.identity().with(new Credential(Credential.Kind.LOGIN, id, Optional.of(end))),
                            login.madeFrom(),
                            login.createdAt(),
                            end,
                            login.idleAt());
                    write(shorter, living.get().tokenKey(), Duration.between(now, end));
                    endsAt(id, end);
                    with.post().tellOthers(SHORTENED, id + ' ' + end.toEpochMilli());
                    return Optional.of(shorter);
                },
                Optional.empty());
    }

    // Connections know the old end. Each node tells its own, so that none depends on another one being there then.
    private void endsAt(String id, Instant end) {
        Duration left = Duration.between(with.clock().instant(), end);
        with.timers()
                .after(
                        left,
                        () -> link.executor().execute(() -> with.revocations().announce(id)));
    }

    @Override
    public Optional<Login> revoke(String id) {
        return known(
                () -> {
                    Optional<Found> found = look(id, "");
                    found.ifPresent(this::forget);
                    found.ifPresent(ended -> with.revocations().announce(id));
                    return found.map(Found::login);
                },
                Optional.empty());
    }

    private void forget(Found found) {
        String id = found.login().id();
        waiting.forIt(link.call(redis -> redis.del(key(id))));
        waiting.forIt(link.call(redis -> redis.del(found.tokenKey())));
        for (String index : List.of(
                all(),
                ofSubject(found.login().identity()),
                madeFrom(found.login().madeFrom()))) {
            waiting.forIt(link.call(redis -> redis.zrem(index, Script.bytes(id))));
        }
    }

    // Told on any thread, the link's own too: nothing may wait here.
    private void revokeMadeFrom(String source) {
        if (source.startsWith(ID_PREFIX)) {
            return;
        }
        link.call(redis -> redis.zrange(madeFrom(source), 0, -1)).whenComplete((ids, failure) -> {
            if (failure != null) {
                LOGGER.log(Level.WARNING, "the logins of a revoked key are found when they are shown", failure);
                return;
            }
            for (byte[] id : ids) {
                String name = Script.text(id);
                link.call(redis -> redis.del(key(name)))
                        .thenAccept(gone -> with.revocations().announce(name));
                link.call(redis -> redis.zrem(all(), Script.bytes(name)));
                link.call(redis -> redis.zrem(madeFrom(source), Script.bytes(name)));
            }
        });
    }

    @Override
    public int count() {
        return known(() -> waiting.forIt(link.call(redis -> redis.zcard(all()))).intValue(), 0);
    }

    private static <T> T known(Supplier<T> action, T otherwise) {
        try {
            return action.get();
        } catch (RedisAwayException e) {
            LOGGER.log(Level.WARNING, "logins are in Redis, which is away: {0}", e.getMessage());
            return otherwise;
        }
    }
}
