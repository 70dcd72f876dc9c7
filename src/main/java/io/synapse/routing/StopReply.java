package io.synapse.routing;

import io.synapse.protocol.Address;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.ServerMessage.Status;
import io.synapse.query.StopOutcome;

/** The answer to an interrupt that has stopped something: a query, or a replay of one. */
final class StopReply {

    private StopReply() {}

    static ServerMessage of(Address address, String ref, StopOutcome outcome) {
        return new ServerMessage.Reply(
                address,
                Status.OK,
                Payloads.of(
                        "ref",
                        ref,
                        "stopped",
                        outcome.stopped(),
                        "stopped_after_ms",
                        outcome.afterMillis(),
                        "last_seq",
                        outcome.lastSeq()));
    }
}
