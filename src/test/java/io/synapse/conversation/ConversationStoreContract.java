package io.synapse.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.ConversationConfig;
import io.synapse.config.DoubleTexting;
import io.synapse.conversation.ConversationStore.Listing;
import io.synapse.conversation.ConversationStore.Page;
import io.synapse.conversation.ConversationStore.Status;
import io.synapse.conversation.ConversationStore.Summary;
import io.synapse.platform.Counter;
import io.synapse.platform.Counters;
import io.synapse.testing.ManualTimers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every implementation of {@link ConversationStore} does. */
@Timeout(60)
public abstract class ConversationStoreContract {

    static final Duration KEEP = Duration.ofHours(1);
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final ConversationKey KEY = key("c");

    protected final ManualTimers timers = new ManualTimers();
    protected final Counters counters = new Counters();

    /** A store with nothing in it, which tells time by what is above. */
    protected abstract ConversationStore open(ConversationConfig config);

    private ConversationStore store(int turns, int bytes, int max, int perSubject, int total) {
        return open(new ConversationConfig(DoubleTexting.ENQUEUE, 10, turns, bytes, max, perSubject, total, KEEP, 10));
    }

    private ConversationStore usual() {
        return store(10, 1 << 16, 100, 50, 1 << 20);
    }

    private static ConversationKey key(String id) {
        return new ConversationKey("ann", "a", id);
    }

    private static Turn turn(String ref, String answer, boolean inContext) {
        return new Turn(
                ref,
                "why?",
                answer,
                inContext ? "success" : "error",
                inContext,
                Instant.EPOCH,
                Instant.ofEpochSecond(7),
                inContext ? OptionalLong.empty() : OptionalLong.of(0));
    }

    private static Turn turn(String ref) {
        return turn(ref, "so", true);
    }

    private static <T> T now(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(10, java.util.concurrent.TimeUnit.SECONDS)
                .join();
    }

    private static List<String> refs(List<Turn> turns) {
        return turns.stream().map(Turn::ref).toList();
    }

    private static List<String> refs(ConversationStore store, ConversationKey key) {
        return now(store.read(key, 0, 1000)).map(page -> refs(page.turns())).orElse(List.of());
    }

    private static List<String> ids(Listing listing) {
        return listing.conversations().stream().map(Summary::id).toList();
    }

    @Test
    @DisplayName("B4: what was added is there in order, whole, and in the context if it is meant for it")
    void keeps() {
        ConversationStore store = usual();
        assertThat(now(store.read(KEY, 0, 10))).isEmpty();
        assertThat(now(store.context(KEY))).isEmpty();
        store.append(KEY, turn("1"));
        store.append(KEY, turn("2", "", false));
        store.append(KEY, turn("3"));
        Page page = now(store.read(KEY, 0, 10)).orElseThrow();
        assertThat(page).isEqualTo(new Page(1, List.of(turn("1"), turn("2", "", false), turn("3")), true, false));
        assertThat(refs(now(store.context(KEY)))).containsExactly("1", "3");
        assertThat(store.status().conversations()).isEqualTo(1);
        assertThat(store.status().turns()).isEqualTo(3);
    }

    @Test
    @DisplayName("K2: a conversation is read in pages, and what has left it is told")
    void pages() {
        ConversationStore store = store(4, 1 << 16, 100, 50, 1 << 20);
        for (int i = 1; i <= 6; i++) {
            store.append(KEY, turn("t" + i));
        }
        assertThat(now(store.read(KEY, 0, 2))).get().satisfies(page -> {
            assertThat(page.first()).isEqualTo(3);
            assertThat(refs(page.turns())).containsExactly("t3", "t4");
            assertThat(page.complete()).isFalse();
            assertThat(page.more()).isTrue();
        });
        assertThat(now(store.read(KEY, 2, 2)).orElseThrow().complete()).isTrue();
        assertThat(now(store.read(KEY, 4, 2))).get().satisfies(page -> {
            assertThat(refs(page.turns())).containsExactly("t5", "t6");
            assertThat(page.more()).isFalse();
        });
        assertThat(now(store.read(KEY, Long.MAX_VALUE, Integer.MAX_VALUE))
                        .orElseThrow()
                        .turns())
                .isEmpty();
        assertThat(now(store.read(KEY, 0, Integer.MAX_VALUE)).orElseThrow().turns())
                .hasSize(4);
    }

    @Test
    @DisplayName("A conversation is of one subject with one agent: nobody else finds, lists, extends or deletes it")
    void isOfOneSubject() {
        ConversationStore store = usual();
        store.append(KEY, turn("1"));
        for (ConversationKey other :
                List.of(new ConversationKey("bob", "a", "c"), new ConversationKey("ann", "b", "c"))) {
            assertThat(now(store.context(other))).isEmpty();
            assertThat(now(store.read(other, 0, 10))).isEmpty();
            assertThat(now(store.delete(other))).isFalse();
            assertThat(now(store.list(other.subject(), other.agent(), "", 10)).conversations())
                    .isEmpty();
            store.append(other, turn("2"));
        }
        assertThat(refs(store, KEY)).containsExactly("1");
    }

    @Test
    @DisplayName("K2: conversations are listed in pages, in the order of their ids")
    void lists() {
        ConversationStore store = usual();
        for (String id : List.of("d", "b", "a", "c")) {
            store.append(key(id), turn(id));
        }
        store.append(new ConversationKey("ann", "b", "z"), turn("z"));
        store.append(new ConversationKey("anna", "a", "y"), turn("y"));
        Listing first = now(store.list("ann", "a", "", 3));
        assertThat(ids(first)).containsExactly("a", "b", "c");
        assertThat(first.more()).isTrue();
        assertThat(first.conversations().get(0).turns()).isEqualTo(1);
        assertThat(first.conversations().get(0).lastUsed()).isEqualTo(Instant.ofEpochSecond(7));
        Listing second = now(store.list("ann", "a", "c", 3));
        assertThat(ids(second)).containsExactly("d");
        assertThat(second.more()).isFalse();
        assertThat(ids(now(store.list("ann", "a", "", 4)))).hasSize(4);
        assertThat(now(store.list("ann", "a", "", 4)).more()).isFalse();
    }

    @Test
    @DisplayName("What was deleted is gone, and what begins then under its id counts from 1")
    void deletes() {
        ConversationStore store = usual();
        store.append(KEY, turn("1"));
        assertThat(now(store.delete(KEY))).isTrue();
        assertThat(now(store.delete(KEY))).isFalse();
        assertThat(now(store.read(KEY, 0, 10))).isEmpty();
        assertThat(store.status()).isEqualTo(new Status(0, 0, 0));
        store.append(KEY, turn("2"));
        assertThat(now(store.read(KEY, 0, 10)).orElseThrow().first()).isEqualTo(1);
    }

    @Test
    @DisplayName("G9: the oldest turns leave a conversation that has too many, or too large ones, and are counted")
    void boundsOne() {
        ConversationStore store = store(3, 4000, 100, 50, 1 << 20);
        for (int i = 1; i <= 5; i++) {
            store.append(KEY, turn("t" + i));
        }
        assertThat(refs(store, KEY)).containsExactly("t3", "t4", "t5");
        assertThat(counters.get(Counter.TURNS_DROPPED)).isEqualTo(2);
        store.append(KEY, turn("large", "x".repeat(1500), true));
        assertThat(refs(store, KEY)).containsExactly("t5", "large");
        assertThat(counters.get(Counter.TURNS_DROPPED)).isEqualTo(4);
        store.append(KEY, turn("too large", "x".repeat(4000), true));
        assertThat(refs(store, KEY)).isEmpty();
        assertThat(store.status().turns()).isZero();
        store.append(KEY, turn("next"));
        assertThat(now(store.read(KEY, 7, 10)).orElseThrow().first()).isEqualTo(8);
    }

    @Test
    @DisplayName(
            "G9: one more conversation takes the place of that of its subject, or of all, which was used longest ago")
    void boundsTheirNumber() {
        ConversationStore store = store(10, 1 << 16, 3, 2, 1 << 20);
        store.append(key("1"), turn("1"));
        store.append(key("2"), turn("2"));
        now(store.context(key("1")));
        store.append(key("3"), turn("3"));
        assertThat(ids(now(store.list("ann", "a", "", 10)))).containsExactly("1", "3");
        ConversationKey bob = new ConversationKey("bob", "a", "1");
        store.append(bob, turn("b"));
        store.append(new ConversationKey("bob", "a", "2"), turn("b"));
        assertThat(ids(now(store.list("ann", "a", "", 10)))).containsExactly("3");
        assertThat(counters.get(Counter.CONVERSATIONS_EVICTED)).isEqualTo(2);
        assertThat(store.status().conversations()).isEqualTo(3);
    }

    @Test
    @DisplayName("G9: past the memory of all, the conversation used longest ago goes")
    void boundsTheirMemory() {
        ConversationStore store = store(10, 1 << 16, 100, 100, 20_000);
        for (int i = 0; i < 20; i++) {
            store.append(key("c" + i), turn("t", "x".repeat(1000), true));
            assertThat(store.status().bytes()).isBetween(1000L, 20_000L);
        }
        List<String> left = ids(now(store.list("ann", "a", "", 100)));
        assertThat(left).contains("c19").doesNotContain("c0").hasSizeBetween(5, 10);
        assertThat(counters.get(Counter.CONVERSATIONS_EVICTED)).isEqualTo(20 - left.size());
        assertThat(store.status().bytes())
                .isEqualTo(now(store.list("ann", "a", "", 100)).conversations().stream()
                        .mapToLong(Summary::bytes)
                        .sum());
    }

    @Test
    @DisplayName("A conversation that is not used is forgotten in time, and nothing is left of it")
    void forgetsInTime() {
        ConversationStore store = usual();
        store.append(key("old"), turn("1"));
        timers.advance(KEEP.dividedBy(2));
        store.append(key("young"), turn("2"));
        now(store.context(key("old")));
        timers.advance(KEEP.minus(MOMENT));
        assertThat(store.status().conversations()).isEqualTo(2);
        timers.advance(MOMENT);
        assertThat(store.status()).isEqualTo(new Status(0, 0, 0));
        assertThat(counters.get(Counter.CONVERSATIONS_EXPIRED)).isEqualTo(2);
        assertThat(timers.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    @DisplayName("G9: whatever happens, what is there is what a model says, and bounds hold")
    void doesAsTheModel(long seed) {
        Random random = new Random(seed);
        ConversationStore store = store(5, 1 << 16, 1000, 1000, 1 << 24);
        Map<String, List<String>> model = new TreeMap<>();
        Map<String, Integer> counted = new TreeMap<>();
        for (int i = 0; i < 3000; i++) {
            String id = "c" + random.nextInt(6);
            switch (random.nextInt(8)) {
                case 0 -> {
                    assertThat(now(store.delete(key(id)))).isEqualTo(model.remove(id) != null);
                    counted.remove(id);
                }
                case 1, 2 -> assertThat(refs(now(store.context(key(id))))).isEqualTo(model.getOrDefault(id, List.of()));
                case 3 -> {
                    int after = random.nextInt(12);
                    int total = counted.getOrDefault(id, 0);
                    List<String> kept = model.getOrDefault(id, List.of());
                    List<String> expected = new ArrayList<>();
                    for (int n = Math.max(after, total - kept.size()) + 1; n <= total && expected.size() < 3; n++) {
                        expected.add(kept.get(n - 1 - (total - kept.size())));
                    }
                    assertThat(now(store.read(key(id), after, 3))
                                    .map(page -> refs(page.turns()))
                                    .orElse(List.of()))
                            .isEqualTo(expected);
                }
                default -> {
                    store.append(key(id), turn("t" + i));
                    List<String> kept = model.computeIfAbsent(id, none -> new ArrayList<>());
                    kept.add("t" + i);
                    counted.merge(id, 1, Integer::sum);
                    if (kept.size() > 5) {
                        kept.remove(0);
                    }
                }
            }
        }
        assertThat(ids(now(store.list("ann", "a", "", 100)))).containsExactlyElementsOf(model.keySet());
        model.keySet().forEach(id -> assertThat(now(store.delete(key(id)))).isTrue());
        assertThat(store.status()).isEqualTo(new Status(0, 0, 0));
        timers.advance(KEEP);
        assertThat(timers.pending()).isZero();
    }

    @Test
    @DisplayName("What many threads add at a time is all there")
    void takesManyThreads() throws Exception {
        ConversationStore store = store(100_000, 1 << 30, 1000, 1000, Integer.MAX_VALUE);
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int number = t;
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 500; i++) {
                    store.append(key("c" + i % 3), turn(number + "-" + i));
                    now(store.context(key("c" + i % 3)));
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(store.status().turns()).isEqualTo(2000);
    }
}
