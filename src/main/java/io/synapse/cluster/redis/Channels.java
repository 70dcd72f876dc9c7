package io.synapse.cluster.redis;

import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The channels of Redis that this node subscribes to, each once. They are subscribed to again whenever there is a new
 * connection. Safe for use by many threads.
 */
final class Channels {

    /** Told what comes; on the client's own thread, in order, so it must be quick and must not throw. */
    interface Listener {

        /** Something was published. */
        void message(byte[] payload);

        /** From now on nothing is missed, as far as Redis can tell: said anew after each loss of the connection. */
        void subscribed();
    }

    private static final System.Logger LOGGER = System.getLogger(Channels.class.getName());

    private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
    private StatefulRedisPubSubConnection<String, byte[]> connection;

    /**
     * Subscribes, now or as soon as there is a connection.
     *
     * @throws IllegalStateException if somebody else listens to this channel
     */
    void subscribe(String channel, Listener listener) {
        // With the command inside, so that those for one channel go in the order of the calls.
        synchronized (this) {
            if (listeners.putIfAbsent(channel, listener) != null) {
                throw new IllegalStateException("there is a listener on " + channel);
            }
            if (connection != null) {
                connection.async().subscribe(channel);
            }
        }
    }

    /** Ends the subscription of this listener, if it is there. */
    void unsubscribe(String channel, Listener listener) {
        synchronized (this) {
            if (listeners.remove(channel, listener) && connection != null) {
                connection.async().unsubscribe(channel);
            }
        }
    }

    /** Subscribes to everything on a new connection. */
    CompletionStage<Void> attach(StatefulRedisPubSubConnection<String, byte[]> fresh) {
        fresh.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, byte[] message) {
                tell(channel, listener -> listener.message(message));
            }

            @Override
            public void subscribed(String channel, long count) {
                tell(channel, Listener::subscribed);
            }
        });
        synchronized (this) {
            connection = fresh;
            String[] all = listeners.keySet().toArray(String[]::new);
            return all.length == 0
                    ? CompletableFuture.completedFuture(null)
                    : fresh.async().subscribe(all);
        }
    }

    /** There is no connection any more. */
    synchronized void detach() {
        connection = null;
    }

    private void tell(String channel, Consumer<Listener> news) {
        Listener listener = listeners.get(channel);
        if (listener == null) {
            return;
        }
        try {
            news.accept(listener);
        } catch (RuntimeException | Error e) {
            LOGGER.log(Level.ERROR, "a listener failed", e);
        }
    }
}
