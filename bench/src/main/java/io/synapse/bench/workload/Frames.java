package io.synapse.bench.workload;

import io.synapse.bench.load.Client;
import io.synapse.bench.load.FrameKind;
import io.synapse.bench.load.LoadGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** The frames of a client, and the questions whose answer is waited for before anything is measured. */
final class Frames {

    private static final String PUBLISHED =
            "{\"topic\":\"news\",\"event\":\"message\",\"payload\":{\"text\":\"" + "x".repeat(128) + "\"}}";
    private static final int SECONDS = 30;

    private Frames() {}

    // Without presence: its diffs are frames that no question asks for.
    static String join(String ref) {
        return frame(ref, "phx_join", "{\"api_key\":\"test_key\",\"presence\":false}");
    }

    static String ping(String ref) {
        return frame(ref, "ping", "{}");
    }

    static String query(String ref) {
        return frame(ref, "query", "{\"q\":\"What does a message cost?\",\"ref\":\"" + ref + "\"}");
    }

    static String subscribe(String ref) {
        return frame(ref, "subscribe", "{\"topic\":\"news\"}");
    }

    static String publish(String ref) {
        return frame(ref, "publish", PUBLISHED);
    }

    private static String frame(String ref, String event, String payload) {
        return "[\"1\",\"" + ref + "\",\"cortex:bench\",\"" + event + "\"," + payload + "]";
    }

    /** Sends one frame on each connection and waits until all are answered. */
    static void ask(LoadGenerator generator, List<Client> clients, String frame) {
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (Client client : clients) {
            CompletableFuture<Void> answer = new CompletableFuture<>();
            answers.add(answer);
            generator.loop().execute(() -> {
                client.listen((from, kind) -> settle(answer, kind));
                client.send(frame);
            });
        }
        try {
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                    .orTimeout(SECONDS, TimeUnit.SECONDS)
                    .join();
        } catch (CompletionException e) {
            throw new RefusedException("no good answer to " + frame, e.getCause());
        }
    }

    private static void settle(CompletableFuture<Void> answer, FrameKind kind) {
        if (kind == FrameKind.OK) {
            answer.complete(null);
        } else if (kind == FrameKind.FAILED) {
            answer.completeExceptionally(new IOException("an error, or the connection was closed"));
        }
    }
}
