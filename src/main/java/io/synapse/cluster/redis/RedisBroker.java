package io.synapse.cluster.redis;

import io.synapse.cluster.redis.TopicStore.Found;
import io.synapse.cluster.redis.TopicStore.Letter;
import io.synapse.cluster.redis.TopicStore.Outcome;
import io.synapse.cluster.redis.TopicStore.Receipt;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ids;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import io.synapse.stream.Broker;
import io.synapse.stream.BrokerBounds;
import io.synapse.stream.BrokerException;
import io.synapse.stream.BrokerException.Reason;
import io.synapse.stream.IdempotencyKeys;
import io.synapse.stream.OldestFirst;
import io.synapse.stream.Position;
import io.synapse.stream.PositionedStream;
import io.synapse.stream.PositionedStream.Slice;
import io.synapse.stream.Window;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * A {@link Broker} whose topics are in Redis, for all nodes. Redis gives the offsets; a node keeps a window of each topic that
 * somebody has open there. Safe for use by many threads; nothing waits.
 *
 * <p><b>Bounds.</b> Those of the configuration hold for the topics of all nodes together in Redis, and once more for the windows
 * of this node. <b>Away.</b> While Redis cannot be reached, what is published reaches this node only, or is refused.
 *
 * @param <E> what is published; immutable
 */
public final class RedisBroker<E> implements Broker<E>, AutoCloseable {

    private static final System.Logger LOGGER = System.getLogger(RedisBroker.class.getName());
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration RENEWAL = TopicStore.HOLD.dividedBy(3);
    private static final int FREED_PART = 16;
    private static final int MAX_ENTRIES = 20;
    private static final String KEY_TAKEN = "something else was published under the same idempotency key";

    /**
     * What a broker is made with.
     *
     * @param self the name of this node
     * @param bounds how much is kept
     * @param localWhenAway whether what is published while Redis is away reaches this node; otherwise it is refused
     * @param timeout how long Redis has to answer
     */
    public record Settings(String self, BrokerBounds bounds, boolean localWhenAway, Duration timeout) {}

    /**
     * What it runs with.
     *
     * @param ids makes epochs
     * @param clock stamps entries
     * @param ticker elapsed time
     * @param timers for what comes later
     * @param counters for what happens
     */
    public record Environment(Ids ids, Clock clock, Ticker ticker, Timers timers, Counters counters) {}

    private final RedisLink link;
    private final Settings settings;
    private final EntryCodec<E> codec;
    private final Environment environment;
    private final TopicStore<E> store;
    private final TopicIndex index;
    private final TopicPublisher<E> publisher;
    private final TopicWeights weights;
    private final TopicWishes<E> wishes;
    private final Refresher refresher = new Refresher();
    private final TopicParts<E> parts;
    private final TopicTable<E> table;
    private final IdempotencyKeys localKeys;
    private final String letterPrefix;
    private final AtomicLong letters = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean shrinking = new AtomicBoolean();
    private final List<TopicListener<E>> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    /**
     * A broker that knows of no topic yet.
     *
     * @param link to Redis
     * @param settings names and bounds
     * @param codec writes and reads entries
     * @param environment what it runs with
     */
    public RedisBroker(RedisLink link, Settings settings, EntryCodec<E> codec, Environment environment) {
        this.link = link;
        this.settings = settings;
        this.codec = codec;
        this.environment = environment;
        BrokerBounds bounds = settings.bounds();
        Clock clock = environment.clock();
        store = new TopicStore<>(link, codec, settings.self(), bounds, environment.ids(), clock::millis);
        index = new TopicIndex(link, bounds, store.kept(), clock::millis);
        publisher = new TopicPublisher<>(
                store, link.executor(), environment.timers(), environment.ticker(), settings.timeout());
        weights = new TopicWeights(index, store, bounds.totalBytes());
        wishes = new TopicWishes<>(link, index, environment.timers(), settings.timeout(), this::openForAll);
        localKeys = new IdempotencyKeys(bounds.keys(), bounds.keyAge(), environment.ticker(), bytes::addAndGet);
        letterPrefix = environment.ids().next() + '-';
        parts = new TopicParts<>(
                store,
                link.channels(),
                link.executor(),
                environment.timers(),
                settings.timeout(),
                codec,
                environment.ids(),
                environment.ticker(),
                environment.counters(),
                link::isUp,
                refresher,
                this::shrinkIfNeeded,
                this::enter);
        table = new TopicTable<>(
                bounds.topics(),
                name -> new RedisTopic<>(
                        name, parts, new Window<>(bounds.topic(), codec::bytes, clock::millis, bytes::addAndGet)));
        environment.timers().after(TICK, this::tick);
    }

    // Timers share a thread, and must not wait for locks that others hold for long.
    private void tick() {
        if (!closed) {
            link.executor().execute(this::lookAfterTopics);
            environment.timers().after(TICK, this::tick);
        }
    }

    private void lookAfterTopics() {
        if (!link.isUp()) {
            return;
        }
        long now = environment.ticker().read();
        for (RedisTopic<E> topic : table.all()) {
            if (topic.needsRefresh(now, RENEWAL)) {
                refresher.ask(topic);
            }
            if (topic.isOpen() && topic.gate().isDue(now, RENEWAL.toNanos())) {
                enterAgain(topic.name());
            }
        }
        weights.report();
        wishes.lookAfter();
    }

    @Override
    public CompletionStage<Published> publish(String topic, E entry, Optional<String> idempotencyKey) {
        RedisTopic<E> used;
        try {
            used = table.use(topic, false);
        } catch (BrokerException e) {
            return CompletableFuture.failedFuture(e);
        }
        Letter<E> letter = new Letter<>(
                letterPrefix + letters.incrementAndGet(),
                entry,
                idempotencyKey,
                environment.clock().millis());
        CompletableFuture<Published> result = new CompletableFuture<>();
        result.whenComplete((published, failure) -> released(used));
        used.gate()
                .pass(
                        () -> enterFirst(topic),
                        environment.ticker().read(),
                        () -> publish(used, letter, result),
                        failure -> failed(used, letter, notDone(failure), result));
        return result;
    }

    // Whatever kept the topic from being noted, nothing was published.
    private static Throwable notDone(Throwable failure) {
        Throwable cause = RedisLink.cause(failure);
        return cause instanceof BrokerException ? cause : new RedisAwayException(String.valueOf(cause.getMessage()));
    }

    private void publish(RedisTopic<E> topic, Letter<E> letter, CompletableFuture<Published> result) {
        publisher
                .publish(topic.name(), letter)
                .thenCompose(receipt -> entered(topic, receipt))
                .whenComplete((receipt, failure) -> {
                    if (failure == null) {
                        published(topic, letter, receipt, result);
                    } else {
                        failed(topic, letter, RedisLink.cause(failure), result);
                    }
                });
    }

    // One that came into being may have been dropped from the index before, and those who follow patterns look there.
    private CompletionStage<Receipt> entered(RedisTopic<E> topic, Receipt receipt) {
        if (receipt.created()) {
            return enter(topic.name()).thenApply(nothing -> receipt);
        }
        if (topic.gate().isDue(environment.ticker().read(), RENEWAL.toNanos())) {
            enterAgain(topic.name());
        }
        return CompletableFuture.completedFuture(receipt);
    }

    private void published(
            RedisTopic<E> topic, Letter<E> letter, Receipt receipt, CompletableFuture<Published> result) {
        if (receipt.outcome() == Outcome.KEY_IN_USE) {
            result.completeExceptionally(new BrokerException(Reason.KEY_IN_USE, KEY_TAKEN));
            return;
        }
        boolean duplicate = receipt.outcome() == Outcome.DUPLICATE;
        if (!duplicate) {
            boolean first = !topic.window().hasBegun();
            topic.published(letter, receipt.position());
            if (first) {
                appeared(topic, receipt.created());
            }
            weights.changed(topic.name(), receipt.weight(), codec.bytes(letter.entry()));
            shrinkIfNeeded();
        }
        result.complete(new Published(receipt.position(), duplicate));
    }

    private void failed(RedisTopic<E> topic, Letter<E> letter, Throwable failure, CompletableFuture<Published> result) {
        if (!(RedisLink.cause(failure) instanceof RedisAwayException)) {
            result.completeExceptionally(RedisLink.cause(failure));
        } else if (settings.localWhenAway()) {
            publishLocally(topic, letter, result);
        } else {
            result.completeExceptionally(new BrokerException(Reason.UNAVAILABLE, "Redis is away"));
        }
    }

    private void publishLocally(RedisTopic<E> topic, Letter<E> letter, CompletableFuture<Published> result) {
        CompletableFuture<Position> standing = new CompletableFuture<>();
        if (letter.key().isPresent()) {
            String content = codec.content(letter.entry());
            // Topics have their keys each; a line feed is in no name of one.
            IdempotencyKeys.Claim claim =
                    localKeys.claim(topic.name() + '\n' + letter.key().get(), content);
            if (!claim.isNew()) {
                if (claim.use().content().equals(content)) {
                    claim.use().published().thenAccept(at -> result.complete(new Published(at, true, true)));
                } else {
                    result.completeExceptionally(new BrokerException(Reason.KEY_IN_USE, KEY_TAKEN));
                }
                return;
            }
            standing = claim.use().published();
        }
        boolean first = !topic.window().hasBegun();
        Position position = topic.publishLocally(letter.entry(), letter.at());
        if (first) {
            appeared(topic, true);
        }
        environment.counters().increment(Counter.EVENTS_LOCAL);
        shrinkIfNeeded();
        standing.complete(position);
        result.complete(new Published(position, false, true));
    }

    @Override
    public CompletionStage<Feed<E>> open(String topic) {
        return open(topic, false, false);
    }

    /** Opens a topic because somebody wants all of its kind. */
    private CompletionStage<Feed<E>> openForAll(String topic, boolean isNew) {
        return open(topic, true, isNew);
    }

    private CompletionStage<Feed<E>> open(String name, boolean anyhow, boolean isNew) {
        RedisTopic<E> topic;
        try {
            topic = table.use(name, anyhow);
        } catch (BrokerException e) {
            return CompletableFuture.failedFuture(e);
        }
        topic.open();
        boolean first = !topic.window().hasBegun();
        CompletableFuture<Void> entered = new CompletableFuture<>();
        topic.gate()
                .pass(
                        () -> enterFirst(name),
                        environment.ticker().read(),
                        () -> entered.complete(null),
                        entered::completeExceptionally);
        return entered.thenCompose(nothing -> topic.refresh()).handle((done, failure) -> {
            if (failure != null && RedisLink.cause(failure) instanceof BrokerException refused) {
                topic.close();
                released(topic);
                throw new CompletionException(refused);
            }
            if (failure != null) {
                // As far as this node knows it; it is looked after as soon as Redis is there.
                topic.beginAnyhow();
            }
            if (first) {
                appeared(topic, isNew || anyhow == false);
            }
            return new OpenTopic(topic);
        });
    }

    private void appeared(RedisTopic<E> topic, boolean isNew) {
        if (topic.appear()) {
            listeners.forEach(listener -> listener.appeared(topic.name(), topic.window(), isNew));
            forgetExcess();
        }
    }

    private void released(RedisTopic<E> topic) {
        table.release(topic);
        // Nothing came of it: there is no such topic here.
        if (!topic.window().hasBegun()) {
            table.remove(topic.name());
        }
        forgetExcess();
    }

    private void forgetExcess() {
        if (table.size() > settings.bounds().topics()) {
            table.removeExcess().forEach(this::forgotten);
        }
    }

    private void forgotten(RedisTopic<E> topic) {
        tellGone(topic);
        drop(topic.name()).whenComplete((gone, failure) -> {
            if (failure != null) {
                // It ends by itself, in time.
                LOGGER.log(Level.DEBUG, "a topic was not left: {0}", String.valueOf(RedisLink.cause(failure)));
            }
        });
    }

    private void tellGone(RedisTopic<E> topic) {
        if (topic.vanish()) {
            listeners.forEach(listener -> listener.gone(topic.name(), topic.window()));
        }
        topic.window().reset();
    }

    private void enterAgain(String topic) {
        enter(topic).whenComplete((done, failure) -> {
            if (failure != null) {
                LOGGER.log(Level.DEBUG, "a topic was not noted: {0}", String.valueOf(RedisLink.cause(failure)));
            }
        });
    }

    /** Enters a topic that this node may be the first to use. */
    private CompletionStage<Void> enterFirst(String topic) {
        return enter(topic, MAX_ENTRIES);
    }

    private CompletionStage<Void> enter(String topic) {
        return enter(topic, MAX_ENTRIES).exceptionally(failure -> {
            // It is there already; there is one too many for a moment.
            if (RedisLink.cause(failure) instanceof BrokerException) {
                return null;
            }
            throw new CompletionException(RedisLink.cause(failure));
        });
    }

    private CompletionStage<Void> enter(String topic, int attempts) {
        return index.enter(topic).thenCompose(entered -> {
            if (entered.hasPlace()) {
                return CompletableFuture.completedFuture(null);
            }
            return dropOne(entered.oldest(), 0).thenCompose(dropped -> {
                if (dropped && attempts > 0) {
                    return enter(topic, attempts - 1);
                }
                return CompletableFuture.failedFuture(
                        new BrokerException(Reason.TOO_MANY_TOPICS, "there are as many topics as there may be"));
            });
        });
    }

    private CompletionStage<Boolean> dropOne(List<String> topics, int from) {
        for (int i = from; i < topics.size(); i++) {
            String topic = topics.get(i);
            int next = i + 1;
            if (!table.isUsed(topic)) {
                return drop(topic)
                        .thenCompose(gone -> gone ? CompletableFuture.completedFuture(true) : dropOne(topics, next));
            }
        }
        return CompletableFuture.completedFuture(false);
    }

    /** Lets a topic go, if nobody uses it anywhere and nothing is kept of it. */
    private CompletionStage<Boolean> drop(String topic) {
        return store.leave(topic).thenCompose(gone -> {
            if (!gone) {
                return CompletableFuture.completedFuture(false);
            }
            table.remove(topic).ifPresent(this::tellGone);
            return index.remove(topic)
                    .thenCompose(removed -> store.exists(topic))
                    .thenCompose(exists -> {
                        // Somebody was quicker, and had entered it before it was removed.
                        return exists
                                ? enter(topic).thenApply(nothing -> false)
                                : CompletableFuture.completedFuture(true);
                    });
        });
    }

    @Override
    public CompletionStage<Page<E>> history(String topic, PageRequest request) {
        Optional<RedisTopic<E>> known =
                table.find(topic).filter(found -> found.window().hasBegun());
        boolean ofThisNode = known.isPresent()
                && request.from().isPresent()
                && request.from().get().isLocal()
                && known.get().window().knows(request.from().get().epoch());
        if (ofThisNode) {
            return CompletableFuture.completedFuture(known.get().window().page(request));
        }
        PageRequest shared = new PageRequest(
                request.from().map(from -> from.home().orElse(from)), request.limit(), request.backwards());
        return store.page(topic, shared).thenApply(found -> page(found, shared)).exceptionallyCompose(failure -> {
            if (known.isPresent()) {
                return CompletableFuture.completedFuture(known.get().window().page(request));
            }
            LOGGER.log(Level.DEBUG, "no history: {0}", String.valueOf(RedisLink.cause(failure)));
            return CompletableFuture.failedFuture(new BrokerException(Reason.UNAVAILABLE, "Redis is away"));
        });
    }

    private static <E> Page<E> page(Found<E> found, PageRequest request) {
        Position end = found.end();
        Optional<Position> from = request.from();
        boolean isPlace = from.isEmpty()
                || from.get().isIn(end.epoch())
                        && (request.backwards() || from.get().offset() <= end.offset());
        if (!isPlace) {
            return new Page<>(new Slice<>(end.offset() + 1, List.of(), false), end);
        }
        List<E> entries = found.entries().stream().map(StoredEntry::entry).toList();
        if (request.backwards()) {
            long first = Math.min(from.map(Position::offset).orElse(Long.MAX_VALUE), end.offset() + 1) - 1;
            boolean complete = entries.size() == Math.min(request.limit(), Math.max(first, 0));
            return new Page<>(new Slice<>(first, entries, complete), end);
        }
        long had = from.map(Position::offset).orElse(0L);
        long first = entries.isEmpty()
                ? end.offset() + 1
                : found.entries().get(0).position().offset();
        return new Page<>(new Slice<>(first, entries, first == had + 1), end);
    }

    @Override
    public CompletionStage<Interest> want(Predicate<String> names) {
        return wishes.want(names);
    }

    @Override
    public void watch(TopicListener<E> listener) {
        listeners.add(listener);
        table.all().stream()
                .filter(topic -> topic.window().hasBegun())
                .forEach(topic -> listener.appeared(topic.name(), topic.window(), false));
    }

    private void shrinkIfNeeded() {
        if (bytes.get() <= settings.bounds().totalBytes() || !shrinking.compareAndSet(false, true)) {
            return;
        }
        try {
            long target = settings.bounds().totalBytes() - settings.bounds().totalBytes() / FREED_PART;
            OldestFirst.drop(table.all(), environment.clock().millis(), () -> bytes.get() <= target);
        } finally {
            shrinking.set(false);
        }
    }

    @Override
    public Status status() {
        return new Status(table.size(), bytes.get());
    }

    /** Looks after topics no more. The link is its owner's to close. */
    @Override
    public void close() {
        closed = true;
    }

    /** One use of a topic. */
    private final class OpenTopic implements Feed<E> {
        private final RedisTopic<E> topic;
        private final AtomicBoolean ended = new AtomicBoolean();

        OpenTopic(RedisTopic<E> topic) {
            this.topic = topic;
        }

        @Override
        public PositionedStream<E> stream() {
            return topic.window();
        }

        @Override
        public void close() {
            if (ended.compareAndSet(false, true)) {
                topic.close();
                released(topic);
            }
        }
    }
}
