package io.synapse.endpoint.rest;

import io.synapse.control.TopicControl;
import io.synapse.control.TopicControl.Part;
import io.synapse.stream.Position;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** {@code /api/history} and {@code /api/presence}: what was published on a topic, and who is with an agent. */
@Path("/")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class TopicResource {

    private static final int MAX_PAGE = 9999;

    @Inject
    private TopicControl control;

    @Inject
    private ControlEdge edge;

    @Context
    private HttpHeaders headers;

    @Context
    private HttpServletRequest request;

    /**
     * What was published on a topic.
     *
     * @param topic the topic
     * @param realm whose
     * @param offset after which message, or, in reverse, before which
     * @param epoch of the offset
     * @param limit how many
     * @param reverse whether the newest come first
     * @return 200 as {@code history} on the sockets; 400, 401, 403
     */
    @GET
    @Path("/history")
    public CompletionStage<Response> history(
            @QueryParam("topic") @DefaultValue("") String topic,
            @QueryParam("realm") String realm,
            @QueryParam("offset") String offset,
            @QueryParam("epoch") @DefaultValue("") String epoch,
            @QueryParam("limit") String limit,
            @QueryParam("reverse") @DefaultValue("false") String reverse) {
        Map<String, String> errors = new TreeMap<>();
        if (offset != null && !offset.matches("\\d{1,18}")) {
            errors.put("offset", "must be a whole number");
        } else if (offset == null && !epoch.isEmpty()) {
            errors.put("epoch", "needs an offset");
        } else if (offset != null && epoch.isEmpty() && !offset.matches("0+")) {
            errors.put("offset", "needs an epoch");
        }
        if (limit != null && PageLimit.of(limit, MAX_PAGE) == PageLimit.WRONG) {
            errors.put("limit", "must be within 1 and " + MAX_PAGE);
        }
        if (!ControlFields.isTruth(reverse)) {
            errors.put("reverse", ControlFields.TRUTH);
        }
        if (!errors.isEmpty()) {
            return edge.invalid(headers, request, errors);
        }
        Part part = new Part(
                Optional.ofNullable(offset).map(text -> new Position(epoch, Long.parseLong(text))),
                Optional.ofNullable(limit).map(Integer::valueOf),
                Boolean.parseBoolean(reverse));
        return edge.answer(
                headers, request, caller -> control.history(caller, Optional.ofNullable(realm), topic, part));
    }

    /**
     * Who is with an agent.
     *
     * @param agent the agent
     * @param realm whose
     * @param counts whether to leave out who it is
     * @return 200 with {@code {topic, count, keys, truncated?, state?}}; 400, 401, 403
     */
    @GET
    @Path("/presence")
    public CompletionStage<Response> presence(
            @QueryParam("agent") @DefaultValue("") String agent,
            @QueryParam("realm") String realm,
            @QueryParam("counts") @DefaultValue("false") String counts) {
        if (!ControlFields.isTruth(counts)) {
            return edge.invalid(headers, request, Map.of("counts", ControlFields.TRUTH));
        }
        return edge.answer(
                headers,
                request,
                caller -> control.presence(caller, Optional.ofNullable(realm), agent, Boolean.parseBoolean(counts)));
    }
}
