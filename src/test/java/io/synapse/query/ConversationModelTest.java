package io.synapse.query;

import static io.synapse.query.ConversationFixture.key;
import static io.synapse.query.ConversationFixture.request;
import static io.synapse.query.QueryFixture.STOP;
import static io.synapse.query.QueryFixture.TIMEOUT;
import static io.synapse.query.QueryFixture.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.DoubleTexting;
import io.synapse.conversation.Turn;
import io.synapse.engine.EarlierTurn;
import io.synapse.engine.QueryCancelledException;
import io.synapse.platform.Counter;
import io.synapse.query.ConversationFixture.Call;
import io.synapse.query.QueryEvent.ResultEvent;
import io.synapse.query.QueryService.Submission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Conversations in which anything may happen at any time, beside a model that says what must come of it. */
@Timeout(60)
class ConversationModelTest {

    private static final int STEPS = 400;
    private static final int KEPT = 20;

    /** A query that was accepted. */
    private static final class Asked {
        private final String ref;
        private final String conversation;
        private final StringBuilder shown = new StringBuilder();
        private RunningQuery query;
        private boolean rolledBack;
        private boolean forgotten;

        private Asked(String ref, String conversation) {
            this.ref = ref;
            this.conversation = conversation;
        }

        private boolean hasEnded(QueryFixture f) {
            return !f.results(query).isEmpty();
        }

        private QueryStatus status() {
            return query.status();
        }

        private boolean isTurn() {
            return !forgotten && !(rolledBack && status() == QueryStatus.INTERRUPTED);
        }

        private boolean isContext() {
            return shown.length() > 0 || status() == QueryStatus.INTERRUPTED || status() == QueryStatus.SUCCESS;
        }

        private String text() {
            return shown.length() == 0 && status() == QueryStatus.SUCCESS ? "the end of " + ref : shown.toString();
        }
    }

    private final ConversationFixture c = new ConversationFixture(3, 12);
    private final Map<String, Asked> asked = new LinkedHashMap<>();
    private int checkedCalls;

    private List<Asked> of(String conversation) {
        return asked.values().stream()
                .filter(each -> each.conversation.equals(conversation))
                .toList();
    }

    private static List<Asked> kept(List<Asked> turns) {
        return turns.subList(Math.max(0, turns.size() - KEPT), turns.size());
    }

    /** Each engine call since the last look was one that might be, and was told what it must be told. */
    private void checkCalls() {
        for (; checkedCalls < c.calls.size(); checkedCalls++) {
            Call call = c.calls.get(checkedCalls);
            Asked own = asked.get(call.ref());
            List<Asked> before = new ArrayList<>();
            for (Asked each : of(own.conversation)) {
                if (each == own) {
                    break;
                }
                // It may have ended by its call's time only; since then nothing of it has changed but this.
                assertThat(each.hasEnded(c.f))
                        .as(call.ref() + " after " + each.ref)
                        .isTrue();
                if (each.isTurn()) {
                    before.add(each);
                }
            }
            assertThat(call.history())
                    .as(call.ref())
                    .containsExactlyElementsOf(kept(before).stream()
                            .filter(Asked::isContext)
                            .map(each -> new EarlierTurn(
                                    "about " + each.ref, each.text(), each.status() != QueryStatus.SUCCESS))
                            .toList());
        }
    }

    private void step(Random random, int number) {
        String conversation = "c" + random.nextInt(3);
        List<String> open = c.calls.stream()
                .filter(call -> !call.answer().isDone())
                .map(Call::ref)
                .toList();
        String some = open.isEmpty() ? null : open.get(random.nextInt(open.size()));
        List<String> all = List.copyOf(asked.keySet());
        switch (random.nextInt(14)) {
            case 0, 1, 2, 3 -> ask("q" + number, conversation, random);
            case 4 -> {
                if (!all.isEmpty()) {
                    c.f.service.interrupt(id(all.get(random.nextInt(all.size()))), "by chance", outcome -> {});
                }
            }
            case 5, 6 -> {
                if (some != null) {
                    c.end(some);
                }
            }
            case 7 -> {
                if (some != null) {
                    c.fail(some);
                }
            }
            case 8 -> c.f.timers.advance(Duration.ofMillis(random.nextInt(4000)));
            case 9 -> delete(conversation, random);
            case 10 -> repeat(all, random);
            default -> {
                if (some != null) {
                    say(some, "w" + number + " ");
                }
            }
        }
    }

    private void ask(String ref, String conversation, Random random) {
        DoubleTexting rule = random.nextInt(5) == 0 ? null : DoubleTexting.values()[random.nextInt(4)];
        if (random.nextInt(6) == 0) {
            c.stubborn.add(ref);
        }
        List<Asked> going =
                of(conversation).stream().filter(each -> !each.hasEnded(c.f)).toList();
        QueryRequest request = request(ref, "ann", conversation, rule);
        Asked own = new Asked(ref, conversation);
        Submission submission = c.f.service.submit(request, isNew -> {
            own.query = (RunningQuery) c.client.follow(ref, 0).query();
            asked.put(ref, own);
            if (rule == DoubleTexting.ROLLBACK) {
                going.forEach(each -> each.rolledBack = true);
            }
        });
        if (rule == DoubleTexting.REJECT && !going.isEmpty()) {
            assertThat(submission).isIn(Submission.CONVERSATION_BUSY, Submission.OVERLOADED);
        } else if (going.isEmpty()) {
            assertThat(submission).isIn(Submission.STARTED, Submission.OVERLOADED);
        }
        if (submission != Submission.STARTED) {
            assertThat(c.f.service.exists(id(ref))).isFalse();
        } else if (rule != null && rule.stopsOthers()) {
            assertThat(going).allMatch(each -> each.query.isDecided());
        }
    }

    private void say(String ref, String text) {
        try {
            c.say(ref, text);
            asked.get(ref).shown.append(text);
        } catch (QueryCancelledException e) {
            assertThat(asked.get(ref).query.isDecided()).isTrue();
        }
    }

    private void delete(String conversation, Random random) {
        if (random.nextInt(4) == 0) {
            boolean some = of(conversation).stream().anyMatch(each -> !each.forgotten);
            boolean going = of(conversation).stream().anyMatch(each -> !each.hasEnded(c.f));
            boolean found =
                    c.f.gate.delete(key(conversation)).toCompletableFuture().join();
            assertThat(found || !going).isTrue();
            assertThat(!found || some || going).isTrue();
            of(conversation).forEach(each -> each.forgotten = true);
        }
    }

    private void repeat(List<String> all, Random random) {
        if (!all.isEmpty()) {
            Asked again = asked.get(all.get(random.nextInt(all.size())));
            if (c.f.service.exists(id(again.ref))) {
                QueryRequest same = request(again.ref, "ann", again.conversation, DoubleTexting.ROLLBACK);
                assertThat(c.f.service.submit(same, isNew -> {})).isEqualTo(Submission.ATTACHED);
            }
        }
    }

    private void checkTurns() {
        for (String conversation : List.of("c0", "c1", "c2")) {
            List<String> expected = kept(
                            of(conversation).stream().filter(Asked::isTurn).toList())
                    .stream()
                    .map(each -> each.ref + " " + each.status().word() + " " + each.text())
                    .toList();
            List<Turn> turns = c.f.conversations
                    .read(key(conversation), 0, 1000)
                    .toCompletableFuture()
                    .join()
                    .map(page -> page.turns())
                    .orElse(List.of());
            assertThat(turns.stream().map(turn -> turn.ref() + " " + turn.status() + " " + turn.answer()))
                    .containsExactlyElementsOf(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    @DisplayName(
            "B4 B7 M6: whatever comes, each query ends once, in order, knows what was shown, and nothing is left over")
    void goesAsTheModelSays(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < STEPS; i++) {
            step(random, i);
            checkCalls();
        }
        if (random.nextBoolean()) {
            c.f.service.stop();
            c.f.timers.advance(STOP);
        }
        for (int i = 0; i < 20; i++) {
            c.f.timers.advance(TIMEOUT);
            checkCalls();
        }
        checkTurns();
        c.stubborn.clear();
        c.calls.forEach(call -> call.answer().complete(null));
        assertThat(asked.values())
                .allSatisfy(each -> assertThat(each.query.stream().read(0, 10_000).entries().stream()
                                .filter(ResultEvent.class::isInstance))
                        .hasSize(1));
        assertThat(c.f.ended()).isEqualTo(asked.size()).isEqualTo(c.f.count(Counter.QUERIES_STARTED));
        assertThat(c.f.gate.active()).isZero();
        assertThat(c.f.service.tenants()).isZero();
        assertThat(c.f.service.status().running()).isZero();
        assertThat(c.f.service.status().waiting()).isZero();
        c.close();
    }
}
