package io.synapse.conversation;

import io.synapse.config.ConversationConfig;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.platform.Ticker;
import io.synapse.platform.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The conversations of one node, in its memory. At a bound, the one that was used longest ago goes: of its subject, at the
 * bound of one subject. Safe for use by many threads; every stage is complete when it is returned.
 */
public final class MemoryConversations implements ConversationStore {

    private final ConversationConfig config;
    private final Ticker ticker;
    private final Timers timers;
    private final Counters counters;
    private final NavigableMap<ConversationKey, Conversation> all = new TreeMap<>();

    /** Those used longest ago first: of all, and of each subject. */
    private final LinkedHashSet<ConversationKey> used = new LinkedHashSet<>();

    private final Map<String, LinkedHashSet<ConversationKey>> usedBy = new TreeMap<>();
    private long bytes;
    private int turns;
    private boolean scheduled;

    /**
     * No conversations.
     *
     * @param config the bounds
     * @param ticker tells how long something was not used
     * @param timers forgets what was not used long enough
     * @param counters for what happens
     */
    public MemoryConversations(ConversationConfig config, Ticker ticker, Timers timers, Counters counters) {
        this.config = config;
        this.ticker = ticker;
        this.timers = timers;
        this.counters = counters;
    }

    @Override
    public synchronized void append(ConversationKey key, Turn turn) {
        expire();
        Conversation conversation = all.get(key);
        if (conversation == null) {
            makeRoom(key.subject());
            conversation = new Conversation(key);
            all.put(key, conversation);
            bytes += conversation.bytes();
        }
        long before = conversation.bytes();
        int dropped = conversation.add(turn, config.maxTurns(), config.maxBytes());
        bytes += conversation.bytes() - before;
        turns += 1 - dropped;
        use(key, conversation);
        counters.increment(Counter.TURNS);
        counters.add(Counter.TURNS_DROPPED, dropped);
        while (bytes > config.totalBytes()) {
            evict(used.iterator().next());
        }
        schedule(config.keep());
    }

    private void makeRoom(String subject) {
        LinkedHashSet<ConversationKey> own = usedBy.get(subject);
        if (own != null && own.size() >= config.maxPerSubject()) {
            evict(own.iterator().next());
        }
        if (all.size() >= config.max()) {
            evict(used.iterator().next());
        }
    }

    private void evict(ConversationKey key) {
        remove(key);
        counters.increment(Counter.CONVERSATIONS_EVICTED);
    }

    private void use(ConversationKey key, Conversation conversation) {
        conversation.used(ticker.read());
        // Last again.
        used.remove(key);
        used.add(key);
        LinkedHashSet<ConversationKey> own = usedBy.computeIfAbsent(key.subject(), subject -> new LinkedHashSet<>());
        own.remove(key);
        own.add(key);
    }

    private boolean remove(ConversationKey key) {
        Conversation conversation = all.remove(key);
        if (conversation == null) {
            return false;
        }
        bytes -= conversation.bytes();
        turns -= conversation.turns();
        used.remove(key);
        LinkedHashSet<ConversationKey> own = usedBy.get(key.subject());
        own.remove(key);
        if (own.isEmpty()) {
            usedBy.remove(key.subject());
        }
        return true;
    }

    @Override
    public synchronized CompletionStage<List<Turn>> context(ConversationKey key) {
        expire();
        Conversation conversation = all.get(key);
        if (conversation == null) {
            return CompletableFuture.completedStage(List.of());
        }
        use(key, conversation);
        return CompletableFuture.completedStage(conversation.context());
    }

    @Override
    public synchronized CompletionStage<Optional<Page>> read(ConversationKey key, long after, int limit) {
        expire();
        return CompletableFuture.completedStage(
                Optional.ofNullable(all.get(key)).map(conversation -> conversation.page(after, limit)));
    }

    @Override
    public synchronized CompletionStage<Listing> list(String subject, String agent, String after, int limit) {
        expire();
        List<Summary> found = new ArrayList<>();
        boolean more = false;
        // No id is empty, so that one is before all.
        for (var entry :
                all.tailMap(new ConversationKey(subject, agent, after), false).entrySet()) {
            ConversationKey key = entry.getKey();
            boolean fits = key.subject().equals(subject) && key.agent().equals(agent);
            if (!fits || found.size() == limit) {
                more = fits;
                break;
            }
            found.add(entry.getValue().summary());
        }
        return CompletableFuture.completedStage(new Listing(found, more));
    }

    @Override
    public synchronized CompletionStage<Boolean> delete(ConversationKey key) {
        expire();
        return CompletableFuture.completedStage(remove(key));
    }

    @Override
    public synchronized Status status() {
        return new Status(all.size(), turns, bytes);
    }

    private void expire() {
        long now = ticker.read();
        Iterator<ConversationKey> oldest = used.iterator();
        List<ConversationKey> over = new ArrayList<>();
        while (oldest.hasNext()) {
            ConversationKey key = oldest.next();
            if (now - all.get(key).usedAt() < config.keep().toNanos()) {
                break;
            }
            over.add(key);
        }
        over.forEach(this::remove);
        counters.add(Counter.CONVERSATIONS_EXPIRED, over.size());
    }

    // One timer for all, for the one that goes first.
    private void schedule(Duration delay) {
        if (!scheduled && !used.isEmpty()) {
            scheduled = true;
            timers.after(delay, this::sweep);
        }
    }

    private synchronized void sweep() {
        scheduled = false;
        expire();
        Iterator<ConversationKey> next = used.iterator();
        if (next.hasNext()) {
            schedule(config.keep()
                    .minusNanos(ticker.read() - all.get(next.next()).usedAt()));
        }
    }
}
