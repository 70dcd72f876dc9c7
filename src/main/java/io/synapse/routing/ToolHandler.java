package io.synapse.routing;

import io.synapse.protocol.Address;
import io.synapse.protocol.ClientMessage.CallTool;
import io.synapse.protocol.JsonValues;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Reasons;
import io.synapse.query.BoundedAnswers;
import io.synapse.tool.RegisteredTool;
import io.synapse.tool.ToolRegistry;
import java.util.Map;
import java.util.Optional;

/** Everything about tools that a client can say: a call that may be made becomes a query. Safe for use by many threads. */
public final class ToolHandler {

    private final ToolRegistry tools;
    private final QueryHandler queries;
    private final int maxAnswerBytes;

    /**
     * A handler.
     *
     * @param tools all of the application
     * @param queries runs the calls
     * @param maxAnswerBytes the largest answer, as JSON in UTF-8
     */
    public ToolHandler(ToolRegistry tools, QueryHandler queries, int maxAnswerBytes) {
        this.tools = tools;
        this.queries = queries;
        this.maxAnswerBytes = maxAnswerBytes;
    }

    void list(CortexSession session, Channel channel, Address address) {
        session.reply(address, tools.list(channel.groups()));
    }

    void call(CortexSession session, Channel channel, Address address, CallTool call) {
        Optional<RegisteredTool> tool = tools.find(call.name());
        if (tool.isEmpty()) {
            refuse(session, channel, address, call, Reasons.UNKNOWN_TOOL, null);
            return;
        }
        if (!tool.get().isFor(channel.groups())) {
            refuse(session, channel, address, call, Reasons.FORBIDDEN, null);
            return;
        }
        RawJson arguments;
        try {
            Map<String, Object> values = JsonValues.object(call.arguments());
            Optional<String> problem = tool.get().problem(values);
            if (problem.isPresent()) {
                refuse(session, channel, address, call, Reasons.INVALID_ARGUMENTS, problem.get());
                return;
            }
            // The same arguments are the same call, however they are laid out.
            arguments = JsonValues.write(values);
        } catch (IllegalArgumentException e) {
            refuse(session, channel, address, call, Reasons.INVALID_ARGUMENTS, "args: " + e.getMessage());
            return;
        }
        queries.call(session, channel, address, call, arguments, new BoundedAnswers(tool.get(), maxAnswerBytes));
    }

    private static void refuse(
            CortexSession session, Channel channel, Address address, CallTool call, String reason, String detail) {
        session.refuse(
                channel, address, Payloads.refusal(reason, "ref", call.ref(), "tool", call.name(), "detail", detail));
    }
}
