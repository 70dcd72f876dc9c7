package io.synapse.routing;

import io.synapse.protocol.Address;
import io.synapse.protocol.ClientMessage.Acknowledge;
import io.synapse.protocol.ClientMessage.Since;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.ServerMessage;

/** What clients say has arrived. */
final class Acknowledgements {

    private Acknowledgements() {}

    /**
     * The client has a message, and everything before it on its topic.
     *
     * @return false if that cannot be, and was refused
     */
    static boolean take(CortexSession session, Channel channel, Address address, Acknowledge acknowledge) {
        Since place = acknowledge.place();
        String messageId = ServerMessage.Event.messageId(place.epoch(), place.offset());
        switch (channel.subscriptions().acknowledge(place.epoch(), place.offset())) {
            case TAKEN -> {
                return true;
            }
            case UNKNOWN ->
                session.refuse(channel, address, Payloads.refusal(Reasons.NOT_FOUND, "message_id", messageId));
            case NOT_SENT ->
                session.refuse(
                        channel,
                        address,
                        Payloads.refusal(
                                Reasons.INVALID_FIELD,
                                "detail",
                                "message_id is beyond the end of the topic",
                                "message_id",
                                messageId));
        }
        return false;
    }
}
