package io.synapse.bench.bare;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.RemoteEndpoint.Async;
import jakarta.websocket.SendHandler;
import jakarta.websocket.Session;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers with canned frames, as many and as long as Synapse's, on the thread that read the question: the least that the
 * same traffic can cost on this server. It reads no JSON, it only looks which word stands in the frame.
 *
 * <p>It hands a frame to the container as soon as it has one, which Payara and WildFly allow.
 */
public class BareEndpoint extends Endpoint {

    private static final Set<Async> SUBSCRIBERS = ConcurrentHashMap.newKeySet();
    private static final SendHandler NOTHING = result -> {};

    private Async remote;

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.setMaxIdleTimeout(0);
        BareIdleTimer.takeOut(session);
        remote = session.getAsyncRemote();
        session.addMessageHandler(String.class, (MessageHandler.Whole<String>) this::answer);
    }

    private void answer(String frame) {
        switch (CannedFrames.event(frame)) {
            case "ping" -> send(CannedFrames.PING_REPLY, CannedFrames.PONG);
            case "query" -> send(CannedFrames.QUERY);
            case "publish" -> {
                for (Async subscriber : SUBSCRIBERS) {
                    subscriber.sendText(CannedFrames.PUBLICATION, NOTHING);
                }
                send(CannedFrames.PUBLISH_REPLY);
            }
            case "subscribe" -> {
                SUBSCRIBERS.add(remote);
                send(CannedFrames.REPLY);
            }
            default -> send(CannedFrames.REPLY);
        }
    }

    private void send(String... frames) {
        for (String frame : frames) {
            remote.sendText(frame, NOTHING);
        }
    }

    @Override
    public void onClose(Session session, CloseReason reason) {
        SUBSCRIBERS.remove(remote);
    }
}
