package io.synapse.control;

import io.synapse.protocol.Body;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Subprotocol;
import io.synapse.protocol.TopicPattern;
import io.synapse.routing.Channels;
import io.synapse.security.Identity;
import io.synapse.security.TopicAccess;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Where a client connects, and what it can say there. Safe for use by many threads. */
public final class EndpointControl {

    private final Channels channels;
    private final TopicAccess access;
    private final Optional<String> url;

    /**
     * A service.
     *
     * @param channels which channels there are
     * @param access who may use them
     * @param url where clients reach this server, if it was configured: {@code wss://…}, without the path
     */
    public EndpointControl(Channels channels, TopicAccess access, Optional<String> url) {
        this.channels = channels;
        this.access = access;
        this.url = url;
    }

    /**
     * Where the caller connects. There is no credential in it: whoever connects shows the own.
     *
     * @param caller who wants to connect
     * @param realm whose things it wants to use; empty for the caller's own realm
     * @param called where this request has reached the server: {@code ws://…} or {@code wss://…}, without the path
     * @return {@code {success, websocket_url, channels, message_format}}; fails with a {@link ControlException}
     */
    public CompletionStage<Body> find(Caller caller, Optional<String> realm, String called) {
        return ConnectionControl.asked(() -> {
            Identity identity = caller.in(realm);
            List<String> mine = channels.names().stream()
                    .filter(name -> TopicPattern.parse(name)
                            .filter(channel -> access.maySubscribe(identity, null, channel))
                            .isPresent())
                    .toList();
            return CompletableFuture.completedFuture(Payloads.data(
                    Map.of(
                            "success",
                            true,
                            "websocket_url",
                            url.orElse(called) + "/ws",
                            "channels",
                            mine,
                            "message_format",
                            Map.of(
                                    "type",
                                    "json",
                                    "send",
                                    Map.of("type", "message", "channel", "<channel>", "payload", Map.of()),
                                    "sub_protocols",
                                    Subprotocol.words().stream().sorted().toList(),
                                    "asyncapi",
                                    "/asyncapi.yaml")),
                    8));
        });
    }
}
