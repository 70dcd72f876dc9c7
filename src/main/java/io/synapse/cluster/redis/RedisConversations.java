package io.synapse.cluster.redis;

import io.lettuce.core.ScriptOutputType;
import io.synapse.config.ConversationConfig;
import io.synapse.conversation.ConversationKey;
import io.synapse.conversation.ConversationStore;
import io.synapse.conversation.Turn;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The conversations of all nodes, in Redis, with the bounds of the configuration over all of them. At a bound, the one that was
 * used longest ago goes. Safe for use by many threads.
 *
 * <p>All of it has one slot of a Redis Cluster, as the bounds are over all. <b>Redis away.</b> A turn that cannot be kept is
 * lost, which is counted and logged; who reads, and a query that needs its context, is told of the failure.
 */
public final class RedisConversations implements ConversationStore {

    private static final System.Logger LOGGER = System.getLogger(RedisConversations.class.getName());
    private static final String COMMON = "conversations";
    private static final Script APPEND = Script.of(COMMON, "conversation-append");
    private static final Script READ = Script.of(COMMON, "conversation-read");
    private static final Script LIST = Script.of(COMMON, "conversation-list");
    private static final Script DELETE = Script.of(COMMON, "conversation-delete");
    private static final Script STATUS = Script.of(COMMON, "conversation-status");

    /** What a conversation counts for beside its turns and the texts of its key. */
    private static final int OVERHEAD_BYTES = 384;

    private static final int PARTS = 4;

    private final RedisLink link;
    private final ConversationConfig config;
    private final Clock clock;
    private final Counters counters;
    private volatile Status last = new Status(0, 0, 0);

    /**
     * The conversations of a Redis.
     *
     * @param link to it
     * @param config the bounds
     * @param clock tells how long something was not used
     * @param counters for what happens
     */
    public RedisConversations(RedisLink link, ConversationConfig config, Clock clock, Counters counters) {
        this.link = link;
        this.config = config;
        this.clock = clock;
        this.counters = counters;
    }

    private CompletionStage<List<Object>> run(Script script, byte[]... more) {
        byte[][] args = new byte[more.length + 2][];
        args[0] = Script.bytes(clock.millis());
        args[1] = Script.bytes(config.keep().toMillis());
        System.arraycopy(more, 0, args, 2, more.length);
        return link.eval(script, ScriptOutputType.MULTI, List.of(link.keys().of("conversations", "all")), args);
    }

    // Nothing that stands between two parts occurs in one.
    private static String safe(String part) {
        return part.replace("%", "%25").replace("\0", "%00");
    }

    private static String unsafe(String part) {
        return part.replace("%00", "\0").replace("%25", "%");
    }

    private static String name(String subject, String agent) {
        return safe(subject) + '\0' + safe(agent);
    }

    private static byte[] name(ConversationKey key) {
        return Script.bytes(name(key.subject(), key.agent()) + '\0' + safe(key.id()));
    }

    private static int number(Object value) {
        return Math.toIntExact((Long) value);
    }

    private List<Object> counted(List<Object> answer) {
        counters.add(Counter.CONVERSATIONS_EXPIRED, (Long) answer.get(0));
        return answer;
    }

    // What is asked afterwards goes by the same connection, behind this.
    @Override
    public void append(ConversationKey key, Turn turn) {
        long empty = OVERHEAD_BYTES
                + 2L * (key.subject().length() + key.agent().length() + key.id().length());
        run(
                        APPEND,
                        name(key),
                        Script.bytes(safe(key.subject())),
                        Script.bytes(empty),
                        TurnText.of(turn),
                        Script.bytes(turn.bytes()),
                        Script.bytes(turn.ended().toEpochMilli()),
                        Script.bytes(config.maxTurns()),
                        Script.bytes(config.maxBytes()),
                        Script.bytes(config.max()),
                        Script.bytes(config.maxPerSubject()),
                        Script.bytes(config.totalBytes()))
                .whenComplete((answer, failure) -> {
                    if (failure == null) {
                        counters.increment(Counter.TURNS);
                        counters.add(Counter.TURNS_DROPPED, (Long) answer.get(0));
                        counters.add(Counter.CONVERSATIONS_EVICTED, (Long) answer.get(1));
                        counters.add(Counter.CONVERSATIONS_EXPIRED, (Long) answer.get(2));
                    } else {
                        counters.increment(Counter.TURNS_LOST);
                        LOGGER.log(
                                Level.DEBUG, "a turn could not be kept: {0}", String.valueOf(RedisLink.cause(failure)));
                    }
                });
    }

    private CompletionStage<List<Object>> read(ConversationKey key, long after, int limit, boolean use) {
        return run(READ, name(key), Script.bytes(after), Script.bytes(limit), Script.bytes(use ? 1 : 0))
                .thenApply(this::counted);
    }

    private static List<Turn> turns(Object list) {
        List<Turn> turns = new ArrayList<>();
        for (Object turn : (List<?>) list) {
            turns.add(TurnText.read((byte[]) turn));
        }
        return turns;
    }

    @Override
    public CompletionStage<List<Turn>> context(ConversationKey key) {
        return read(key, 0, config.maxTurns(), true)
                .thenApply(answer -> turns(answer.get(PARTS)).stream()
                        .filter(Turn::inContext)
                        .toList());
    }

    @Override
    public CompletionStage<Optional<Page>> read(ConversationKey key, long after, int limit) {
        return read(key, after, limit, false).thenApply(answer -> {
            if (number(answer.get(1)) == 0) {
                return Optional.empty();
            }
            long gone = (Long) answer.get(2);
            long count = (Long) answer.get(3);
            List<Turn> turns = turns(answer.get(PARTS));
            long first = Math.min(count, Math.max(after, gone) - gone);
            return Optional.of(new Page(gone + first + 1, turns, after >= gone, first + turns.size() < count));
        });
    }

    @Override
    public CompletionStage<Listing> list(String subject, String agent, String after, int limit) {
        return run(LIST, Script.bytes(name(subject, agent)), Script.bytes(safe(after)), Script.bytes(limit))
                .thenApply(this::counted)
                .thenApply(answer -> {
                    List<?> found = (List<?>) answer.get(2);
                    List<Summary> summaries = new ArrayList<>();
                    for (int i = 0; i < found.size(); i += PARTS) {
                        summaries.add(new Summary(
                                unsafe(Script.text((byte[]) found.get(i))),
                                number(found.get(i + 1)),
                                (Long) found.get(i + 2),
                                Instant.ofEpochMilli((Long) found.get(i + 3))));
                    }
                    return new Listing(summaries, number(answer.get(1)) == 1);
                });
    }

    @Override
    public CompletionStage<Boolean> delete(ConversationKey key) {
        return run(DELETE, name(key)).thenApply(this::counted).thenApply(answer -> number(answer.get(1)) == 1);
    }

    /** Of all nodes. Waits for Redis, at most as long as a command may take; while it is away, what was known last. */
    @Override
    public Status status() {
        try {
            List<Object> answer =
                    run(STATUS).thenApply(this::counted).toCompletableFuture().get(1, TimeUnit.MINUTES);
            last = new Status(number(answer.get(1)), number(answer.get(2)), (Long) answer.get(3));
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.log(Level.DEBUG, "Redis does not say how many conversations there are: {0}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return last;
    }
}
