package io.synapse.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.query.QueryDirectory;
import io.synapse.query.QueryEvent;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.query.QueryFacts;
import io.synapse.query.QueryId;
import io.synapse.query.WrittenEvents;
import io.synapse.stream.PositionedStream.Following;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The queries of all nodes in Redis: of each a hash (its node, what is asked, whether it has ended) and a list of its entries,
 * which are also published on a channel of its own; and of each node a set of the queries that it runs. Safe for use by many
 * threads.
 *
 * <p><b>Fencing.</b> Whatever writes says for which node, and Redis refuses it if the query is not that node's or has ended: a
 * node that was taken for lost cannot add anything to a query that others have ended.
 *
 * <p><b>Bounds.</b> Ended queries go after {@code synapse.query.kept-age}, or when their node forgets them by its own bounds;
 * one that was never ended goes by itself when its time-out and that age are over.
 */
public final class RedisQueries implements QueryDirectory {

    private static final System.Logger LOGGER = System.getLogger(RedisQueries.class.getName());
    private static final Script CLAIM = Script.of("claim-query");
    private static final Script APPEND = Script.of("append-query");
    private static final Script FETCH = Script.of("fetch-query");
    private static final Script END = Script.of("end-query");
    private static final Script FORGET = Script.of("forget-query");
    private static final int FETCHED = 500;
    /** How many queries of a lost node are ended at a time. */
    private static final int ENDED_AT_ONCE = 50;

    private static final Duration SLACK = Duration.ofMinutes(1);

    private final RedisLink link;
    private final String self;
    private final Duration maxTimeout;
    private final Duration keptAge;
    private final Counters counters;

    /**
     * The queries as one node sees them.
     *
     * @param link to Redis
     * @param self the name of the node
     * @param maxTimeout the longest time that a query may take
     * @param keptAge how long an ended query is kept
     * @param counters for what is ended
     */
    public RedisQueries(RedisLink link, String self, Duration maxTimeout, Duration keptAge, Counters counters) {
        this.link = link;
        this.self = self;
        this.maxTimeout = maxTimeout;
        this.keptAge = keptAge;
        this.counters = counters;
    }

    private List<String> keys(String name) {
        return List.of(link.keys().of("query", name), link.keys().of("query-entries", name));
    }

    private String channel(String name) {
        return link.keys().of("query-news", name);
    }

    /** The queries that a node runs. */
    private String queriesOf(String node) {
        return link.keys().of("queries-of", node);
    }

    private byte[] millis(Duration duration) {
        return Script.bytes(duration.toMillis());
    }

    @Override
    public CompletionStage<Claim> claim(QueryId id, QueryFacts facts, boolean mayRun) {
        String name = QueryNames.of(id);
        CompletionStage<Long> noted = mayRun
                ? link.call(redis -> redis.sadd(queriesOf(self), Script.bytes(name)))
                : CompletableFuture.completedFuture(0L);
        CompletionStage<Long> claimed = link.eval(
                CLAIM,
                ScriptOutputType.INTEGER,
                keys(name),
                Script.bytes(self),
                Script.bytes(facts.digest()),
                Script.bytes(facts.text()),
                Script.bytes(mayRun ? 1 : 0),
                millis(facts.timeout().plus(keptAge).plus(SLACK)));
        return claimed.thenCombine(noted, (claim, added) -> {
            if (claim == 0) {
                return Claim.MINE;
            }
            if (mayRun) {
                unnote(self, name);
            }
            return claim == 1 ? Claim.KNOWN : claim == 2 ? Claim.OTHER_QUESTION : Claim.UNKNOWN;
        });
    }

    private void unnote(String node, String name) {
        quietly(link.call(redis -> redis.srem(queriesOf(node), Script.bytes(name))));
    }

    // Whatever is left of it ends nothing twice, and goes when its time has come.
    private static void quietly(CompletionStage<?> done) {
        done.whenComplete((nothing, failure) -> {
            if (failure != null) {
                LOGGER.log(Level.DEBUG, "left as it is: {0}", String.valueOf(RedisLink.cause(failure)));
            }
        });
    }

    @Override
    public CompletionStage<Written> append(QueryId id, long first, List<QueryEvent> events) {
        String name = QueryNames.of(id);
        boolean ends = !events.isEmpty() && events.get(events.size() - 1) instanceof ResultEvent;
        byte[][] args = new byte[6 + events.size()][];
        args[0] = Script.bytes(self);
        args[1] = Script.bytes(first);
        args[2] = Script.bytes(ends ? 1 : 0);
        args[3] = millis(maxTimeout.plus(keptAge).plus(SLACK));
        args[4] = millis(keptAge);
        args[5] = Script.bytes(channel(name));
        for (int i = 0; i < events.size(); i++) {
            args[6 + i] = Script.bytes(WrittenEvents.write(events.get(i)));
        }
        return link.<Long>eval(APPEND, ScriptOutputType.INTEGER, keys(name), args)
                .thenApply(answer -> written(name, answer, ends && answer == first + events.size() - 1));
    }

    private Written written(String name, long answer, boolean ended) {
        if (ended || answer == -3) {
            unnote(self, name);
        }
        if (answer >= 0) {
            return new Written(Outcome.WRITTEN, answer);
        }
        Outcome outcome = answer == -1 ? Outcome.UNKNOWN : answer == -2 ? Outcome.NOT_MINE : Outcome.ENDED;
        return new Written(outcome, 0);
    }

    @Override
    public CompletionStage<Optional<Shared>> fetch(QueryId id, long after) {
        return link.<List<Object>>eval(
                        FETCH,
                        ScriptOutputType.MULTI,
                        keys(QueryNames.of(id)),
                        Script.bytes(after),
                        Script.bytes(FETCHED))
                .thenApply(answer -> answer.isEmpty() ? Optional.empty() : Optional.of(shared(id, answer)));
    }

    private static Shared shared(QueryId id, List<Object> answer) {
        List<QueryEvent> events = new ArrayList<>();
        for (Object entry : (List<?>) answer.get(4)) {
            events.add(WrittenEvents.read(id.ref(), text(entry)));
        }
        return new Shared(
                text(answer.get(0)),
                QueryFacts.parse(text(answer.get(1))),
                events,
                Long.parseLong(text(answer.get(3))),
                text(answer.get(2)).equals("1"));
    }

    private static String text(Object bytes) {
        return Script.text((byte[]) bytes);
    }

    @Override
    public Following follow(QueryId id, Reader reader) {
        String channel = channel(QueryNames.of(id));
        Serial turns = new Serial(link.executor());
        Channels.Listener listener = new Channels.Listener() {
            @Override
            public void message(byte[] payload) {
                turns.execute(() -> news(id, payload, reader));
            }

            @Override
            public void subscribed() {
                turns.execute(reader::look);
            }
        };
        link.channels().subscribe(channel, listener);
        return () -> link.channels().unsubscribe(channel, listener);
    }

    private static void news(QueryId id, byte[] payload, Reader reader) {
        List<String> parts = QueryNames.split(payload);
        List<QueryEvent> events = new ArrayList<>();
        for (String entry : parts.subList(2, parts.size())) {
            events.add(WrittenEvents.read(id.ref(), entry));
        }
        reader.news(parts.get(0), Long.parseLong(parts.get(1)), events);
    }

    @Override
    public void forget(QueryId id) {
        String name = QueryNames.of(id);
        quietly(link.eval(
                FORGET, ScriptOutputType.INTEGER, keys(name), Script.bytes(self), Script.bytes(channel(name))));
        unnote(self, name);
    }

    @Override
    public CompletionStage<Integer> endAllOf(String node) {
        return link.call(redis -> redis.smembers(queriesOf(node))).thenCompose(names -> {
            AtomicInteger count = new AtomicInteger();
            CompletableFuture<Integer> done = new CompletableFuture<>();
            Iterator<byte[]> all = names.iterator();
            endSome(node, all, count, done);
            return done;
        });
    }

    // Some at a time: a node may have run thousands, and others need Redis, too.
    private void endSome(String node, Iterator<byte[]> all, AtomicInteger count, CompletableFuture<Integer> done) {
        List<CompletableFuture<Boolean>> some = new ArrayList<>();
        while (all.hasNext() && some.size() < ENDED_AT_ONCE) {
            String name = Script.text(all.next());
            some.add(end(name, node)
                    .thenApply(ended -> {
                        unnote(node, name);
                        if (ended) {
                            count.incrementAndGet();
                        }
                        return ended;
                    })
                    .toCompletableFuture());
        }
        if (some.isEmpty()) {
            done.complete(count.get());
            return;
        }
        CompletableFuture.allOf(some.toArray(CompletableFuture[]::new)).whenComplete((nothing, failure) -> {
            if (failure != null) {
                done.completeExceptionally(failure);
            } else {
                endSome(node, all, count, done);
            }
        });
    }

    /** Whether this has ended it. */
    private CompletionStage<Boolean> end(String name, String owner) {
        QueryId id = QueryNames.parse(name);
        return link.call(redis -> redis.hget(keys(name).get(0), "facts")).thenCompose(facts -> {
            if (facts == null) {
                return CompletableFuture.completedFuture(false);
            }
            WrittenEvents.Unfinished result = WrittenEvents.nodeLost(id.ref());
            return link.<Long>eval(
                            END,
                            ScriptOutputType.INTEGER,
                            keys(name),
                            Script.bytes(owner),
                            Script.bytes(result.before()),
                            Script.bytes(result.after()),
                            Script.bytes(QueryFacts.parse(Script.text(facts))
                                    .accepted()
                                    .toEpochMilli()),
                            millis(keptAge),
                            Script.bytes(channel(name)))
                    .thenApply(ended -> {
                        if (ended == 1) {
                            counters.increment(Counter.QUERIES_LOST);
                        }
                        return ended == 1;
                    });
        });
    }

    @Override
    public CompletionStage<Boolean> endIfLost(QueryId id, String owner) {
        String name = QueryNames.of(id);
        CompletionStage<Double> lease =
                link.call(redis -> redis.zscore(link.keys().of("nodes"), Script.bytes(owner)));
        return lease.thenCombine(link.call(redis -> redis.time()), (until, now) -> until == null || until < millis(now))
                .thenCompose(lost ->
                        lost ? end(name, owner).thenApply(ended -> true) : CompletableFuture.completedFuture(false));
    }

    private static double millis(List<byte[]> time) {
        return Double.parseDouble(Script.text(time.get(0))) * 1000
                + Double.parseDouble(Script.text(time.get(1))) / 1000;
    }
}
