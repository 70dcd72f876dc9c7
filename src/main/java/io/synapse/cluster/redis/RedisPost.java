package io.synapse.cluster.redis;

import io.synapse.cluster.Post;
import io.synapse.cluster.PostException;
import io.synapse.cluster.PostException.Reason;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Messages between nodes on channels of Redis: one for each node, and one for all. A message is five lines: what it is, who sent
 * it, which question it is or answers, its kind, and the rest is its body. Safe for use by many threads.
 *
 * <p><b>Bounds.</b> {@value #MAX_ASKED} questions may wait for an answer, and {@value #MAX_WAITING} messages of a kind for their
 * handler; more are dropped, which is counted, and who asked is told.
 */
public final class RedisPost implements Post {

    private static final System.Logger LOGGER = System.getLogger(RedisPost.class.getName());
    private static final int MAX_ASKED = 10_000;
    private static final int MAX_WAITING = 10_000;
    private static final int HEADS = 4;
    /** Stands in the place of a question in what is told to all. */
    private static final String ALL = "all";

    private enum Type {
        TELL,
        ASK,
        ANSWER,
        FAILURE
    }

    private record Letter(Type type, String from, String question, String kind, String body) {
        byte[] bytes() {
            return Script.bytes(String.join("\n", type.name(), from, question, kind, body));
        }

        static Letter of(byte[] bytes) {
            String[] parts = Script.text(bytes).split("\n", HEADS + 1);
            return new Letter(Type.valueOf(parts[0]), parts[1], parts[2], parts[3], parts[4]);
        }
    }

    /** Who takes messages of one kind, one at a time. */
    private record Desk(Handler handler, Serial turns) {}

    private final RedisLink link;
    private final String self;
    private final Ids ids;
    private final Timers timers;
    private final Counters counters;
    private final Map<String, Desk> desks = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<String>> asked = new ConcurrentHashMap<>();
    private final AtomicInteger askedCount = new AtomicInteger();

    /**
     * A post office.
     *
     * @param link to Redis
     * @param self the name of this node
     * @param ids for questions
     * @param timers for answers that do not come
     * @param counters for what is dropped
     */
    public RedisPost(RedisLink link, String self, Ids ids, Timers timers, Counters counters) {
        this.link = link;
        this.self = self;
        this.ids = ids;
        this.timers = timers;
        this.counters = counters;
    }

    /** Begins to receive. To be called once, when all handlers are there. */
    public void start() {
        Channels.Listener listener = new Channels.Listener() {
            @Override
            public void message(byte[] payload) {
                received(Letter.of(payload));
            }

            @Override
            public void subscribed() {
                // What was sent before is lost; who asked is told so by the time-out.
            }
        };
        link.channels().subscribe(channel(self), listener);
        link.channels().subscribe(everybody(), listener);
    }

    private String channel(String node) {
        return link.keys().of("node", node);
    }

    private String everybody() {
        return link.keys().of("nodes-all");
    }

    @Override
    public void on(String kind, Handler handler) {
        if (desks.putIfAbsent(kind, new Desk(handler, new Serial(link.executor()))) != null) {
            throw new IllegalArgumentException("there is a handler for " + kind);
        }
    }

    @Override
    public void tell(String node, String kind, String body) {
        send(node, new Letter(Type.TELL, self, "", kind, body));
    }

    @Override
    public void tellOthers(String kind, String body) {
        publish(everybody(), new Letter(Type.TELL, self, ALL, kind, body));
    }

    @Override
    public CompletionStage<String> ask(String node, String kind, String body, Duration timeout) {
        if (askedCount.incrementAndGet() > MAX_ASKED) {
            askedCount.decrementAndGet();
            counters.increment(Counter.POST_DROPPED);
            return CompletableFuture.failedFuture(
                    new PostException(Reason.UNREACHABLE, "too many questions wait for an answer"));
        }
        String question = ids.next();
        CompletableFuture<String> answer = new CompletableFuture<>();
        asked.put(question, answer);
        Timers.Timer timer = timers.after(
                timeout,
                () -> link.executor()
                        .execute(() -> answer.completeExceptionally(
                                new PostException(Reason.NO_ANSWER, "node " + node + " did not answer"))));
        answer.whenComplete((text, failure) -> {
            timer.cancel();
            asked.remove(question);
            askedCount.decrementAndGet();
        });
        send(node, new Letter(Type.ASK, self, question, kind, body)).whenComplete((receivers, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(new PostException(
                        RedisLink.cause(failure) instanceof RedisAwayException ? Reason.UNREACHABLE : Reason.NO_ANSWER,
                        "node " + node + " could not be asked: "
                                + RedisLink.cause(failure).getMessage()));
            }
        });
        return answer;
    }

    private CompletionStage<Long> send(String node, Letter letter) {
        if (node.equals(self)) {
            received(letter);
            return CompletableFuture.completedFuture(1L);
        }
        return publish(channel(node), letter);
    }

    private CompletionStage<Long> publish(String channel, Letter letter) {
        byte[] bytes = letter.bytes();
        CompletionStage<Long> sent = link.call(redis -> redis.publish(channel, bytes));
        sent.whenComplete((receivers, failure) -> {
            if (failure != null) {
                counters.increment(Counter.POST_DROPPED);
                LOGGER.log(
                        Level.DEBUG, "{0} was not sent: {1}", letter.kind(), String.valueOf(RedisLink.cause(failure)));
            }
        });
        return sent;
    }

    // On the client's own thread: only hands over.
    private void received(Letter letter) {
        switch (letter.type()) {
            case ANSWER, FAILURE -> answered(letter);
            case TELL, ASK -> {
                // What is for all comes to the one who sent it, too.
                if (letter.type() == Type.TELL
                        && letter.from().equals(self)
                        && letter.question().equals(ALL)) {
                    return;
                }
                hand(letter);
            }
        }
    }

    private void answered(Letter letter) {
        CompletableFuture<String> waiting = asked.get(letter.question());
        if (waiting == null) {
            return;
        }
        link.executor().execute(() -> {
            if (letter.type() == Type.ANSWER) {
                waiting.complete(letter.body());
            } else {
                waiting.completeExceptionally(new PostException(Reason.FAILED, letter.body()));
            }
        });
    }

    private void hand(Letter letter) {
        Desk desk = desks.get(letter.kind());
        if (desk == null || desk.turns().waiting() >= MAX_WAITING) {
            counters.increment(Counter.POST_DROPPED);
            if (letter.type() == Type.ASK) {
                answer(letter, Type.FAILURE, desk == null ? "unknown kind: " + letter.kind() : "too many messages");
            }
            return;
        }
        desk.turns().execute(() -> handle(desk.handler(), letter));
    }

    private void handle(Handler handler, Letter letter) {
        CompletionStage<String> answer;
        try {
            answer = handler.handle(letter.from(), letter.body());
        } catch (RuntimeException e) {
            LOGGER.log(Level.ERROR, "a handler of " + letter.kind() + " failed", e);
            answer = CompletableFuture.failedFuture(e);
        }
        if (letter.type() == Type.ASK) {
            answer.whenComplete((text, failure) -> answer(
                    letter,
                    failure == null ? Type.ANSWER : Type.FAILURE,
                    failure == null
                            ? text
                            : String.valueOf(RedisLink.cause(failure).getMessage())));
        }
    }

    private void answer(Letter asked, Type type, String body) {
        send(asked.from(), new Letter(type, self, asked.question(), asked.kind(), body));
    }
}
