package io.synapse.query;

import io.synapse.cluster.Nodes;
import io.synapse.cluster.Post;
import io.synapse.platform.Counter;
import io.synapse.query.QueryDirectory.Shared;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The queries of other nodes that are known here: brought in when somebody asks for one, followed as long as somebody follows
 * it here, and put with those that have ended when it has. Safe for use by many threads.
 */
final class Mirrors implements MirroredQuery.Host {

    private static final System.Logger LOGGER = System.getLogger(Mirrors.class.getName());

    static final String FOLLOW = "query-follow";
    static final String LEAVE = "query-leave";

    private final QueryDirectory directory;
    private final Nodes nodes;
    private final Post post;
    private final Duration lease;
    private final QueryEnvironment environment;
    private final QueryStore store;

    private volatile long reachedAt;

    /** Those that have not ended. */
    private final Map<QueryId, MirroredQuery> live = new ConcurrentHashMap<>();

    Mirrors(Sharing sharing, QueryEnvironment environment, QueryStore store) {
        directory = sharing.directory();
        nodes = sharing.nodes();
        post = sharing.post();
        lease = sharing.lease();
        this.environment = environment;
        this.store = store;
        reachedAt = environment.ticker().read();
    }

    /** Whether a query is known here, and stays for a while. */
    boolean isHere(QueryId id) {
        FollowedQuery known = store.find(id);
        return known instanceof MirroredQuery mirror
                ? mirror.touch(environment.ticker().read())
                : known != null;
    }

    /** Brings a query in. Of one id not twice at a time. */
    CompletionStage<Reached> bringIn(QueryId id) {
        if (isHere(id)) {
            return done(Reached.HERE);
        }
        if (live.size() >= environment.config().keptCount()) {
            return done(Reached.UNREACHABLE);
        }
        return directory
                .fetch(id, 0)
                .thenCompose(found -> found.isEmpty() ? done(Reached.UNKNOWN) : sure(id, found.get()))
                .exceptionally(failure -> Reached.UNREACHABLE);
    }

    private static CompletionStage<Reached> done(Reached reached) {
        return CompletableFuture.completedFuture(reached);
    }

    /** What is shared can be reached from now on. */
    void reached() {
        reachedAt = environment.ticker().read();
    }

    /**
     * Whether a node that has no lease is gone: while all were cut off from what is shared, none could renew its own, and all
     * get the time to.
     */
    boolean isSure() {
        return environment.ticker().read() - reachedAt >= lease.toNanos();
    }

    /** A query whose node is gone has ended, though nobody may have said so yet. */
    private CompletionStage<Reached> sure(QueryId id, Shared found) {
        if (found.hasEnded() || !isSure() || nodes.live().contains(found.owner())) {
            return take(id, found);
        }
        return directory
                .endIfLost(id, found.owner())
                .thenCompose(ended -> directory.fetch(id, 0))
                .thenCompose(now -> now.isEmpty() ? done(Reached.UNKNOWN) : take(id, now.get()));
    }

    private CompletionStage<Reached> take(QueryId id, Shared found) {
        MirroredQuery mirror = new MirroredQuery(
                id,
                found.owner(),
                found.facts(),
                environment.newStream(),
                environment.ticker().read(),
                this);
        return fill(mirror, found).thenApply(complete -> {
            if (!complete) {
                return Reached.UNKNOWN;
            }
            if (store.addIfAbsent(mirror) == mirror) {
                environment.counters().increment(Counter.QUERIES_BROUGHT_IN);
                enter(mirror);
            }
            return Reached.HERE;
        });
    }

    /** Reads all there is; false if it has been forgotten meanwhile. */
    private CompletionStage<Boolean> fill(MirroredQuery mirror, Shared found) {
        mirror.news(found.owner(), mirror.stream().end() + 1, found.events());
        if (mirror.stream().end() >= found.end()) {
            return CompletableFuture.completedFuture(true);
        }
        return directory
                .fetch(mirror.id(), mirror.stream().end())
                .thenCompose(
                        more -> more.isEmpty() ? CompletableFuture.completedFuture(false) : fill(mirror, more.get()));
    }

    private void enter(MirroredQuery mirror) {
        if (mirror.isConcluded()) {
            store.ended(mirror);
            return;
        }
        live.put(mirror.id(), mirror);
        mirror.following(directory.follow(mirror.id(), new QueryDirectory.Reader() {
            @Override
            public void news(String owner, long first, List<QueryEvent> events) {
                mirror.news(owner, first, events);
            }

            @Override
            public void look() {
                Mirrors.this.look(mirror);
            }
        }));
    }

    @Override
    public void look(MirroredQuery mirror) {
        long after = mirror.stream().end();
        directory.fetch(mirror.id(), after).whenComplete((found, failure) -> {
            // What cannot be fetched now is when the others can be reached again.
            if (failure == null && found.isPresent()) {
                Shared some = found.get();
                mirror.news(some.owner(), after + 1, some.events());
                if (after + some.events().size() < some.end() && !some.events().isEmpty()) {
                    look(mirror);
                }
            }
        });
    }

    @Override
    public void concluded(MirroredQuery mirror) {
        // One that had ended when it came is not among these.
        if (live.remove(mirror.id(), mirror)) {
            mirror.followNoMore();
            store.ended(mirror);
        }
    }

    @Override
    public void followed(MirroredQuery mirror, boolean isFollowed) {
        if (!mirror.facts().isLeftAlone() && !mirror.isConcluded()) {
            post.tell(mirror.owner(), isFollowed ? FOLLOW : LEAVE, name(mirror.id()));
        }
    }

    static String name(QueryId id) {
        return Netstrings.join(List.of(id.tenant(), id.agent(), id.ref()));
    }

    static QueryId id(List<String> name) {
        return new QueryId(name.get(0), name.get(1), name.get(2));
    }

    /** Says again what is followed, ends what has lost its node, and forgets what nobody uses. To be called now and then. */
    void sweep() {
        long unused = environment.ticker().read() - lease.toNanos();
        for (MirroredQuery mirror : live.values()) {
            if (mirror.dropUnusedSince(unused)) {
                live.remove(mirror.id(), mirror);
                store.remove(mirror);
            } else {
                if (mirror.isFollowed()) {
                    followed(mirror, true);
                }
                if (isSure() && !nodes.live().contains(mirror.owner())) {
                    mourn(mirror);
                }
            }
        }
    }

    private void mourn(MirroredQuery mirror) {
        directory
                .endIfLost(mirror.id(), mirror.owner())
                .thenCompose(ended -> ended
                        ? directory.fetch(mirror.id(), 0).thenAccept(found -> {
                            if (found.isPresent()) {
                                look(mirror);
                            } else {
                                mirror.lost();
                            }
                        })
                        : CompletableFuture.completedFuture(null))
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        LOGGER.log(Level.DEBUG, "whether a query has lost its node is looked up again later", failure);
                    }
                });
    }

    /** How many queries of other nodes are followed. */
    int count() {
        return live.size();
    }
}
