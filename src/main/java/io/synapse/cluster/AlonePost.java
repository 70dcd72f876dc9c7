package io.synapse.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** The post of a node that knows of no other: it reaches itself only, on the stack of the one who sends. */
final class AlonePost implements Post {

    private final String self;
    private final Map<String, Handler> handlers = new ConcurrentHashMap<>();

    /**
     * The post of a node alone.
     *
     * @param self its name
     */
    AlonePost(String self) {
        this.self = self;
    }

    @Override
    public void on(String kind, Handler handler) {
        if (handlers.putIfAbsent(kind, handler) != null) {
            throw new IllegalArgumentException("there is a handler for " + kind);
        }
    }

    @Override
    public void tell(String node, String kind, String body) {
        Handler handler = node.equals(self) ? handlers.get(kind) : null;
        if (handler != null) {
            handler.handle(self, body);
        }
    }

    @Override
    public void tellOthers(String kind, String body) {
        // There are none.
    }

    @Override
    public CompletionStage<String> ask(String node, String kind, String body, Duration timeout) {
        Handler handler = node.equals(self) ? handlers.get(kind) : null;
        return handler == null
                ? CompletableFuture.failedFuture(
                        new PostException(PostException.Reason.UNREACHABLE, "there is no node " + node))
                : handler.handle(self, body);
    }
}
