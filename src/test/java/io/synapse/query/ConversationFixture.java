package io.synapse.query;

import static io.synapse.query.QueryFixture.TIMEOUT;
import static io.synapse.query.QueryFixture.id;

import io.synapse.config.DoubleTexting;
import io.synapse.conversation.ConversationKey;
import io.synapse.conversation.Turn;
import io.synapse.engine.Answer;
import io.synapse.engine.EarlierTurn;
import io.synapse.engine.QueryContext;
import io.synapse.engine.Thought;
import io.synapse.engine.Toolbox;
import io.synapse.protocol.OnDisconnect;
import io.synapse.query.QueryService.Submission;
import io.synapse.testing.FakeTransport.Behaviour;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;

/** Queries of conversations on one thread: the engine says and ends what the test wants, when it wants. */
final class ConversationFixture implements AutoCloseable {

    /** What the engine was asked, and where it answers. */
    record Call(String ref, List<EarlierTurn> history, QueryContext context, CompletableFuture<Answer> answer) {}

    final List<Call> calls = new ArrayList<>();
    private final Map<String, Call> byRef = new HashMap<>();

    /** Engines of these queries go on when they are to stop. */
    final List<String> stubborn = new ArrayList<>();

    final QueryFixture f;
    final QueryFixture.Client client;

    ConversationFixture(int maxConcurrent, int maxQueued) {
        f = new QueryFixture(
                (question, context) -> {
                    CompletableFuture<Answer> answer = new CompletableFuture<>();
                    Call call = new Call(question.ref(), question.history(), context, answer);
                    calls.add(call);
                    byRef.put(question.ref(), call);
                    context.cancellation().onCancel(() -> {
                        if (!stubborn.contains(question.ref())) {
                            answer.complete(Answer.of("stopped"));
                        }
                    });
                    return answer;
                },
                QueryFixture.config(maxConcurrent, maxQueued),
                Runnable::run);
        client = f.client(Behaviour.INLINE);
    }

    static ConversationKey key(String conversation) {
        return new ConversationKey("ann", "a", conversation);
    }

    static QueryRequest request(String ref, String subject, String conversation, DoubleTexting rule) {
        return new QueryRequest(
                id(ref),
                new Payer(subject, subject),
                "about " + ref,
                5,
                TIMEOUT,
                OptionalDouble.empty(),
                OnDisconnect.CONTINUE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Toolbox.EMPTY,
                Optional.of(new InConversation(
                        new ConversationKey(subject, "a", conversation), Optional.ofNullable(rule))));
    }

    Submission ask(String ref, DoubleTexting rule) {
        return client.ask(request(ref, "ann", "c", rule));
    }

    void say(String ref, String text) {
        byRef.get(ref).context().emit(Thought.text(text));
    }

    void end(String ref) {
        byRef.get(ref).answer().complete(Answer.of("the end of " + ref));
    }

    void fail(String ref) {
        byRef.get(ref).answer().completeExceptionally(new IllegalStateException("as asked"));
    }

    Call call(String ref) {
        return byRef.get(ref);
    }

    List<String> called() {
        return calls.stream().map(Call::ref).toList();
    }

    List<Turn> turns() {
        return f.conversations
                .read(key("c"), 0, 1000)
                .toCompletableFuture()
                .join()
                .map(page -> page.turns())
                .orElse(List.of());
    }

    /** Each turn in short: ref, status, answer. */
    List<String> told() {
        return turns().stream()
                .map(turn -> turn.ref() + " " + turn.status() + " '" + turn.answer() + "'")
                .toList();
    }

    /** What a query was told of what was before. */
    List<String> history(String ref) {
        return byRef.get(ref).history().stream()
                .map(turn -> turn.question() + ": " + turn.answer() + (turn.truncated() ? "…" : ""))
                .toList();
    }

    /** The frames of an event about a query. */
    List<String> texts(String event, String ref) {
        return client.texts(event).stream()
                .filter(text -> text.contains("\"ref\":\"" + ref + "\""))
                .toList();
    }

    @Override
    public void close() {
        f.close();
    }
}
