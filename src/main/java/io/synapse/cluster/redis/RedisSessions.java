package io.synapse.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import io.synapse.cluster.Nodes;
import io.synapse.cluster.Post;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.Timers;
import io.synapse.session.MemorySessions;
import io.synapse.session.SessionKey;
import io.synapse.session.SessionState;
import io.synapse.session.SessionStore;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Sessions over nodes. Each node has those of its own connections in its memory, within its own bounds; Redis knows which node
 * has a session, and a copy of its state. A claim asks Redis, and then the node that has it: that one gives up what it holds, and
 * goes on holding the lease until the client has its place again. Safe for use by many threads.
 *
 * <p><b>Nodes that died.</b> Their sessions are claimed from the copy, which is about a lease old at most:
 * its positions may lie before what the client has, so a client that tells none is told {@code recovered: false}.
 * <b>Redis away.</b> A claim sees this node's sessions only, after the time-out at the latest.
 *
 * <p>The name of a session is its client's secret: only its hash leaves the node.
 */
public final class RedisSessions implements SessionStore {

    private static final System.Logger LOGGER = System.getLogger(RedisSessions.class.getName());
    private static final Script CLAIM = Script.of("session-claim");
    private static final Script SAVE = Script.of("session-save");
    private static final String TAKE = "session-take";
    private static final String DONE = "session-done";
    private static final byte[] NOTHING = {};
    /** More than that is not copied: whoever holds so much has it only from the node itself. */
    private static final int MAX_STATE_BYTES = 1 << 20;
    /** The copy of a session outlives its node by this, beside the time for which sessions are kept. */
    private static final int LEASES = 2;

    /** Copies are written once a lease, which is renewed three times as often. */
    private static final int RENEWALS_OF_COPIES = 3;

    /** What this works with. */
    public record Sharing(
            RedisLink link,
            Nodes nodes,
            Post post,
            Ids ids,
            Timers timers,
            Duration keep,
            Duration lease,
            Duration timeout) {}

    private final MemorySessions local;
    private final Sharing with;
    private final RedisLink link;
    private final Counters counters;
    private final byte[] remembered;
    /** The sessions of this node, by hash; as many as the local store has. */
    private final Map<String, Mine> mine = new ConcurrentHashMap<>();
    /** The last claim of each session that is under way. */
    private final Map<String, CompletableFuture<Void>> claims = new ConcurrentHashMap<>();
    /** What is held for clients that are about to have their place on another node; each for a bounded time. */
    private final Map<String, Kept> leaving = new ConcurrentHashMap<>();

    private final Rounds rounds;
    private final AtomicInteger renewals = new AtomicInteger();

    /** A session of this node, its claim, and whether Redis knows of that. */
    private record Mine(SessionKey key, String claim, boolean known) {}

    /** What Redis and other nodes say of a session that is claimed. */
    private record Found(Optional<Kept> kept, boolean elsewhere, boolean known) {
        static final Found HERE = new Found(Optional.empty(), false, true);
        static final Found AWAY = new Found(Optional.empty(), false, false);
    }

    /**
     * A store with no sessions of this node.
     *
     * @param local keeps those of this node
     * @param sharing with the others; its nodes must not have been started
     * @param counters for what happens
     */
    public RedisSessions(MemorySessions local, Sharing sharing, Counters counters) {
        this.local = local;
        with = sharing;
        link = sharing.link();
        this.counters = counters;
        rounds = new Rounds(link);
        remembered = Script.bytes(sharing.keep()
                .plus(sharing.lease().multipliedBy(LEASES))
                .plus(sharing.timeout())
                .toMillis());
        sharing.post().on(TAKE, (from, body) -> give(body));
        sharing.post().on(DONE, (from, body) -> {
            done(body);
            return Post.Handler.NOTHING;
        });
        sharing.nodes().watch(new Nodes.Watcher() {
            @Override
            public void renewed() {
                if (renewals.getAndIncrement() % RENEWALS_OF_COPIES == 0) {
                    rounds.run(mine.keySet(), RedisSessions.this::look);
                }
            }
        });
    }

    @Override
    public void claim(SessionKey key, Holder holder, Consumer<Claim> told) {
        String hash = hash(key);
        String claim = with.ids().next();
        CompletableFuture<Void> turn = new CompletableFuture<>();
        CompletableFuture<Void> before = claims.put(hash, turn);
        // One after the other: what one has asked another node for is not there for the next before it came.
        CompletableFuture<Void> start = before == null ? CompletableFuture.completedFuture(null) : before;
        start.thenCompose(ready -> ask(hash, claim)).whenComplete((found, failure) -> {
            try {
                claimed(key, hash, claim, holder, failure == null ? found : Found.AWAY, told);
            } finally {
                claims.remove(hash, turn);
                turn.complete(null);
            }
        });
    }

    private void claimed(SessionKey key, String hash, String claim, Holder holder, Found found, Consumer<Claim> told) {
        if (found.elsewhere() && local.knows(key)) {
            // Another node has had it since, and what is left of it here is older.
            local.claim(
                    key,
                    nobody(),
                    old -> old.kept().ifPresent(kept -> kept.lease().run()));
        }
        // Before the local claim: its end must find it.
        Mine now = new Mine(key, claim, found.known());
        Mine previous = mine.put(hash, now);
        local.claim(key, holder, claimed -> {
            if (!claimed.held()) {
                if (previous == null) {
                    forget(hash, now);
                }
                found.kept().ifPresent(kept -> kept.lease().run());
                told.accept(claimed);
                return;
            }
            if (claimed.kept().isEmpty() && found.kept().isPresent()) {
                counters.increment(Counter.SESSIONS_RESUMED);
                told.accept(new Claim(true, found.kept()));
            } else {
                found.kept().ifPresent(kept -> kept.lease().run());
                told.accept(claimed);
            }
        });
    }

    private CompletionStage<Found> ask(String hash, String claim) {
        return tellClaim(hash, claim).thenCompose(before -> {
            String node = Script.text((byte[]) before.get(0));
            byte[] state = (byte[]) before.get(1);
            if (node.isEmpty() || node.equals(with.nodes().self())) {
                return CompletableFuture.completedFuture(Found.HERE);
            }
            return with.nodes().live().contains(node)
                    ? askNode(node, hash, claim, state)
                    : CompletableFuture.completedFuture(copy(state));
        });
    }

    private CompletionStage<List<Object>> tellClaim(String hash, String claim) {
        return link.eval(
                CLAIM,
                ScriptOutputType.MULTI,
                List.of(redisKey(hash)),
                Script.bytes(with.nodes().self()),
                Script.bytes(claim),
                remembered);
    }

    private CompletionStage<Found> askNode(String node, String hash, String claim, byte[] copy) {
        return with.post().ask(node, TAKE, hash + ' ' + claim, with.timeout()).handle((answer, failure) -> {
            if (failure != null || answer.isEmpty()) {
                return copy(copy);
            }
            SessionState state = SessionJson.read(Script.bytes(answer));
            AtomicBoolean once = new AtomicBoolean();
            Runnable lease = () -> {
                if (once.compareAndSet(false, true)) {
                    with.post().tell(node, DONE, claim);
                }
            };
            return new Found(Optional.of(new Kept(state, lease)), true, true);
        });
    }

    private static Found copy(byte[] state) {
        if (state.length == 0) {
            return new Found(Optional.empty(), true, true);
        }
        try {
            return new Found(Optional.of(new Kept(SessionJson.read(state), () -> {})), true, true);
        } catch (IllegalArgumentException e) {
            LOGGER.log(Level.WARNING, "the copy of a session cannot be read", e);
            return new Found(Optional.empty(), true, true);
        }
    }

    // Somebody on another node has claimed it.
    private CompletionStage<String> give(String body) {
        String hash = body.substring(0, body.indexOf(' '));
        String claim = body.substring(body.indexOf(' ') + 1);
        CompletableFuture<String> answer = new CompletableFuture<>();
        Mine had = mine.remove(hash);
        if (had == null || !local.knows(had.key())) {
            answer.complete("");
            return answer;
        }
        Holder nobody = nobody();
        local.claim(had.key(), nobody, taken -> {
            local.forget(had.key(), nobody);
            if (taken.kept().isEmpty()) {
                answer.complete("");
                return;
            }
            Kept kept = taken.kept().get();
            leaving.put(claim, kept);
            with.timers().after(with.keep(), () -> link.executor().execute(() -> done(claim)));
            answer.complete(Script.text(SessionJson.write(kept.state())));
        });
        return answer;
    }

    private void done(String claim) {
        Kept kept = leaving.remove(claim);
        if (kept != null) {
            kept.lease().run();
        }
    }

    /** Holds a session on behalf of another node, and gives nothing. */
    private static Holder nobody() {
        return heir -> heir.accept(Kept.NOTHING);
    }

    @Override
    public void keep(SessionKey key, Holder holder, Kept kept) {
        String hash = hash(key);
        Mine now = mine.get(hash);
        boolean held = local.holder(key).filter(holder::equals).isPresent();
        local.keep(key, holder, new Kept(kept.state(), () -> {
            kept.lease().run();
            // It is claimed, or too old: whoever has claimed it here has another claim.
            if (now != null && !local.knows(key)) {
                forget(hash, now);
            }
        }));
        if (held && now != null && local.knows(key)) {
            if (!now.known()) {
                claimLate(hash, now);
            }
            save(hash, now, kept.state());
        }
    }

    @Override
    public void forget(SessionKey key, Holder holder) {
        String hash = hash(key);
        Mine now = mine.get(hash);
        boolean held = local.holder(key).filter(holder::equals).isPresent();
        local.forget(key, holder);
        if (held && now != null) {
            forget(hash, now);
        }
    }

    private void forget(String hash, Mine which) {
        mine.computeIfPresent(hash, (unused, now) -> now.claim().equals(which.claim()) ? null : now);
        write(hash, which, NOTHING);
    }

    @Override
    public Status status() {
        return local.status();
    }

    private CompletionStage<?> look(String hash) {
        Mine now = mine.get(hash);
        if (now == null) {
            return CompletableFuture.completedFuture(null);
        }
        if (!now.known()) {
            return claimLate(hash, now);
        }
        Optional<Holder> holder = local.holder(now.key());
        return holder.flatMap(Holder::look)
                .map(state -> save(hash, now, state))
                .orElseGet(() -> CompletableFuture.completedFuture(null));
    }

    // Redis was away when it was claimed: whoever came last has it.
    private CompletionStage<?> claimLate(String hash, Mine now) {
        return tellClaim(hash, now.claim())
                .thenAccept(before -> mine.replace(hash, now, new Mine(now.key(), now.claim(), true)));
    }

    private CompletionStage<?> save(String hash, Mine now, SessionState state) {
        byte[] text = SessionJson.write(state);
        if (text.length > MAX_STATE_BYTES) {
            return CompletableFuture.completedFuture(null);
        }
        return write(hash, now, text).thenAccept(still -> {
            if (still == 0) {
                // Another node has it, and is about to ask this one, if it can.
                with.timers().after(with.timeout(), () -> link.executor().execute(() -> drop(hash, now)));
            }
        });
    }

    private void drop(String hash, Mine now) {
        if (!mine.remove(hash, now)) {
            return;
        }
        Holder nobody = nobody();
        local.claim(now.key(), nobody, taken -> {
            local.forget(now.key(), nobody);
            taken.kept().ifPresent(kept -> kept.lease().run());
        });
    }

    private CompletionStage<Long> write(String hash, Mine now, byte[] state) {
        return link.eval(
                SAVE,
                ScriptOutputType.INTEGER,
                List.of(redisKey(hash)),
                Script.bytes(with.nodes().self()),
                Script.bytes(now.claim()),
                remembered,
                state);
    }

    private String redisKey(String hash) {
        return link.keys().of("session", hash);
    }

    private static String hash(SessionKey key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String part : List.of(key.subject(), key.place(), key.name())) {
                byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
                digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
