package io.synapse.cluster.redis;

import io.synapse.cluster.Nodes;
import io.synapse.cluster.Post;
import io.synapse.cluster.PostException;
import io.synapse.cluster.redis.JsonTree.Tree;
import io.synapse.connection.ConnectionDirectory;
import io.synapse.connection.ConnectionEntry;
import io.synapse.connection.ConnectionOrder;
import io.synapse.connection.LocalDirectory;
import io.synapse.protocol.Reasons;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * The connections of all nodes, each of which is asked for its own through Redis: what is read is of now, no message of a client
 * costs anything for it, and what a dead node had is gone with it. A node that does not answer in time is left out of lists and
 * counts. Safe for use by many threads; nothing waits.
 */
public final class RedisDirectory implements ConnectionDirectory {

    private static final String KIND = "connections";

    private final LocalDirectory local;
    private final Nodes nodes;
    private final Post post;
    private final Duration timeout;

    /**
     * The connections of all nodes.
     *
     * @param local those of this one
     * @param nodes which there are; must not have been started
     * @param post asks them
     * @param timeout how long an answer may take
     */
    public RedisDirectory(LocalDirectory local, Nodes nodes, Post post, Duration timeout) {
        this.local = local;
        this.nodes = nodes;
        this.post = post;
        this.timeout = timeout;
        post.on(
                KIND,
                (from, body) -> answer(JsonTree.read(Script.bytes(body)))
                        .thenApply(answer -> Script.text(JsonTree.write(answer))));
    }

    private CompletionStage<Map<String, Object>> answer(Tree asked) {
        Optional<String> tenant = optional(asked, "tenant");
        String id = asked.text("id");
        return switch (asked.text("do")) {
            case "find" ->
                local.find(id, tenant)
                        .thenApply(found -> Map.of(
                                "entries",
                                found.stream().map(RedisDirectory::tree).toList()));
            case "list" ->
                local.list(
                                new Filter(
                                        tenant,
                                        optional(asked, "user"),
                                        optional(asked, "channel"),
                                        optional(asked, "node")),
                                id,
                                (int) asked.number("limit"))
                        .thenApply(page -> Map.of(
                                "entries",
                                page.entries().stream()
                                        .map(RedisDirectory::tree)
                                        .toList(),
                                "more",
                                page.next().isPresent()));
            case "count" ->
                local.counts(tenant, MAX_TOP)
                        .thenApply(counts -> Map.of(
                                "global", counts.global(),
                                "users", counts.perUser(),
                                "channels", counts.byChannel(),
                                "nodes", counts.byGateway()));
            case "order" ->
                local.order(id, tenant, ConnectionOrder.read(asked.text("order")))
                        .thenApply(
                                outcome -> Map.of("refusal", outcome.refusal().orElse("")));
            default -> CompletableFuture.failedFuture(new IllegalArgumentException("an unknown question"));
        };
    }

    /** Asks every node; what one that did not answer would have said is empty. */
    private CompletionStage<List<Optional<Tree>>> askAll(Map<String, Object> question) {
        String body = Script.text(JsonTree.write(question));
        List<CompletableFuture<Optional<Tree>>> asked = nodes.live().stream()
                .map(node -> post.ask(node, KIND, body, timeout)
                        .thenApply(answer -> Optional.of(JsonTree.read(Script.bytes(answer))))
                        .exceptionallyCompose(RedisDirectory::silent)
                        .toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new))
                .thenApply(done -> asked.stream().map(CompletableFuture::join).toList());
    }

    // One that cannot be asked at all means that nobody can.
    private static CompletionStage<Optional<Tree>> silent(Throwable failure) {
        Throwable cause = RedisLink.cause(failure);
        return cause instanceof PostException post && post.reason() == PostException.Reason.NO_ANSWER
                ? CompletableFuture.completedFuture(Optional.empty())
                : CompletableFuture.failedFuture(cause);
    }

    private static Stream<Tree> said(List<Optional<Tree>> answers) {
        return answers.stream().flatMap(Optional::stream);
    }

    private static Map<String, Object> question(String what, Optional<String> tenant) {
        Map<String, Object> question = new HashMap<>(Map.of("do", what));
        tenant.ifPresent(name -> question.put("tenant", name));
        return question;
    }

    @Override
    public CompletionStage<Optional<ConnectionEntry>> find(String connectionId, Optional<String> tenant) {
        Map<String, Object> question = question("find", tenant);
        question.put("id", connectionId);
        return askAll(question).thenApply(answers -> entries(answers).findFirst());
    }

    @Override
    public CompletionStage<Page> list(Filter filter, String after, int limit) {
        int most = Math.min(limit, MAX_PAGE);
        Map<String, Object> question = question("list", filter.tenant());
        filter.user().ifPresent(user -> question.put("user", user));
        filter.channel().ifPresent(channel -> question.put("channel", channel));
        filter.node().ifPresent(node -> question.put("node", node));
        question.put("id", after);
        question.put("limit", most);
        return askAll(question).thenApply(answers -> {
            List<ConnectionEntry> all = entries(answers)
                    .sorted(Comparator.comparing(ConnectionEntry::connectionId))
                    .toList();
            List<ConnectionEntry> page = all.subList(0, Math.min(most, all.size()));
            boolean more = all.size() > most || said(answers).anyMatch(answer -> answer.truth("more"));
            return new Page(
                    page,
                    more && !page.isEmpty()
                            ? Optional.of(page.get(page.size() - 1).connectionId())
                            : Optional.empty());
        });
    }

    @Override
    public CompletionStage<Counts> counts(Optional<String> tenant, int top) {
        return askAll(question("count", tenant)).thenApply(answers -> {
            long global =
                    said(answers).mapToLong(answer -> answer.number("global")).sum();
            return new Counts(
                    global,
                    LocalDirectory.most(sum(answers, "users"), top),
                    LocalDirectory.most(sum(answers, "channels"), top),
                    LocalDirectory.most(sum(answers, "nodes"), top));
        });
    }

    private static Map<String, Long> sum(List<Optional<Tree>> answers, String part) {
        Map<String, Long> sum = new HashMap<>();
        said(answers).forEach(answer -> {
            Tree counts = answer.tree(part);
            counts.names().forEach(name -> sum.merge(name, counts.number(name), Long::sum));
        });
        return sum;
    }

    // All are asked, and the one that has it obeys; it is one at most.
    @Override
    public CompletionStage<Outcome> order(String connectionId, Optional<String> tenant, ConnectionOrder order) {
        Map<String, Object> question = question("order", tenant);
        question.put("id", connectionId);
        question.put("order", order.write());
        return askAll(question).thenCompose(answers -> {
            Optional<String> refusal = said(answers)
                    .map(answer -> answer.text("refusal"))
                    .filter(reason -> !reason.equals(Reasons.NOT_FOUND))
                    .findFirst();
            if (refusal.isEmpty() && answers.contains(Optional.<Tree>empty())) {
                return CompletableFuture.failedFuture(
                        new PostException(PostException.Reason.NO_ANSWER, "not every node has answered"));
            }
            String reason = refusal.orElse(Reasons.NOT_FOUND);
            return CompletableFuture.completedFuture(reason.isEmpty() ? Outcome.DONE : Outcome.refused(reason));
        });
    }

    private static Stream<ConnectionEntry> entries(List<Optional<Tree>> answers) {
        return said(answers).flatMap(answer -> answer.trees("entries").stream()).map(RedisDirectory::entry);
    }

    private static Map<String, Object> tree(ConnectionEntry entry) {
        Map<String, Object> tree = new HashMap<>(Map.of(
                "id", entry.connectionId(),
                "session", entry.session(),
                "user", entry.user(),
                "tenant", entry.tenant(),
                "channels", new ArrayList<>(entry.channels()),
                "connected", entry.connectedAt().toString(),
                "active", entry.lastActivity().toString(),
                "node", entry.node()));
        entry.lastHeartbeat().ifPresent(at -> tree.put("heartbeat", at.toString()));
        return tree;
    }

    private static ConnectionEntry entry(Tree tree) {
        return new ConnectionEntry(
                tree.text("id"),
                tree.text("session"),
                tree.text("user"),
                tree.text("tenant"),
                Collections.unmodifiableSortedSet(new TreeSet<>(tree.texts("channels"))),
                Instant.parse(tree.text("connected")),
                Instant.parse(tree.text("active")),
                optional(tree, "heartbeat").map(Instant::parse),
                tree.text("node"));
    }

    private static Optional<String> optional(Tree tree, String name) {
        return tree.has(name) ? Optional.of(tree.text(name)) : Optional.empty();
    }
}
