package io.synapse.it;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.IntFunction;

/** Asks, follows the query wherever it is, and asks the next; remembers results, and what is missing. */
final class Asker extends Roamer {

    private static final long ANSWER_MILLIS = 10_000;

    /** How a query ended, why if there was an error, and when, in nanoseconds. */
    record Result(String ref, String status, String reason, long at) {}

    private final String name;
    private final int pace;
    private final boolean again;
    private final List<Result> results = new ArrayList<>();
    private final List<String> faults = new ArrayList<>();
    private String ref = "";
    private long seq;
    private int count;
    private int message;
    private boolean stopping;
    private long answeredAt;

    /**
     * One that has yet to dial.
     *
     * @param pace words a second of each answer
     * @param again whether it asks again after a result
     */
    Asker(
            IntFunction<URI> nodes,
            int size,
            ScheduledExecutorService timers,
            long seed,
            String name,
            int pace,
            boolean again) {
        super(nodes, size, timers, seed);
        this.name = name;
        this.pace = pace;
        this.again = again;
    }

    @Override
    void opened() {
        if (!ref.isEmpty()) {
            ask();
        } else if (!stopping && (again || count == 0)) {
            next();
        }
    }

    private void next() {
        ref = name + '-' + ++count;
        seq = 0;
        ask();
    }

    // Asking the same again attaches to the query that runs, wherever it does.
    private void ask() {
        int mine = ++message;
        String asked = ref;
        say(("{\"id\":%d,\"type\":\"query\",\"agent\":\"guide\",\"ref\":\"%s\",\"pace\":%d,\"after_seq\":%d,"
                        + "\"q\":\"Tell me something about Synapse, in full sentences\"}")
                .formatted(mine, ref, pace, seq));
        dropUnless(ANSWER_MILLIS, () -> message != mine || !ref.equals(asked));
    }

    @Override
    void hear(JsonNode said) {
        switch (said.path("type").asText()) {
            case "response" -> {
                message++;
                answeredAt = System.nanoTime();
            }
            case "error" -> {
                if (said.path("id").asInt() == message) {
                    // This node takes nothing new, or cannot now: another one does.
                    drop();
                }
            }
            case "thought" -> {
                if (said.path("ref").asText().equals(ref)) {
                    long from = said.path("seq_from").asLong(said.path("seq").asLong());
                    if (from != seq + 1) {
                        faults.add(ref + ": " + from + " after " + seq);
                    }
                    seq = said.path("seq").asLong();
                }
            }
            case "result" -> {
                String of = said.path("ref").asText();
                if (results.stream().anyMatch(result -> result.ref().equals(of))) {
                    faults.add(of + ": a second result");
                }
                results.add(new Result(
                        of,
                        said.path("status").asText(),
                        said.at("/data/reason").asText(),
                        System.nanoTime()));
                if (of.equals(ref)) {
                    ended(said);
                }
            }
            default -> {
                // Not about queries.
            }
        }
    }

    private void ended(JsonNode said) {
        if (said.path("status").asText().equals("success")
                && said.path("last_seq").asLong(seq) != seq) {
            faults.add(ref + ": ends at " + said.path("last_seq") + " and came to " + seq);
        }
        ref = "";
        if (again && !stopping) {
            next();
        }
    }

    synchronized long seq() {
        return seq;
    }

    /** When it was answered last, in nanoseconds. */
    synchronized long answeredAt() {
        return answeredAt;
    }

    synchronized List<Result> results() {
        return List.copyOf(results);
    }

    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    /** Asks nothing new. */
    synchronized void stop() {
        stopping = true;
    }

    synchronized boolean isDone() {
        return ref.isEmpty();
    }

    synchronized int asked() {
        return count;
    }
}
