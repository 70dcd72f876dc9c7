package io.synapse.endpoint.rest;

import io.synapse.config.SynapseConfig;
import io.synapse.connection.ConnectionDirectory;
import io.synapse.control.ConnectionControl;
import io.synapse.protocol.RawJson;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** {@code /api/connections}: the connections of all nodes, and what is done with one of them. */
@Path("/connections")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class ConnectionResource {

    @Inject
    private ConnectionControl control;

    @Inject
    private SynapseConfig config;

    @Inject
    private ControlEdge edge;

    @Context
    private HttpHeaders headers;

    @Context
    private HttpServletRequest request;

    /**
     * Connections, by id.
     *
     * @param realm whose
     * @param user of whom
     * @param channel with this channel or topic
     * @param node of this node
     * @param after the id that the page comes after
     * @param limit how many, 1 to 1000
     * @return 200 with {@code {connections, next?}}; 400, 401, 403
     */
    @GET
    public CompletionStage<Response> list(
            @QueryParam("realm") String realm,
            @QueryParam("user") String user,
            @QueryParam("channel") String channel,
            @QueryParam("node") String node,
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("limit") @DefaultValue("100") String limit) {
        int entries = PageLimit.of(limit, ConnectionDirectory.MAX_PAGE);
        if (entries == PageLimit.WRONG) {
            return edge.invalid(
                    headers, request, Map.of("limit", "must be within 1 and " + ConnectionDirectory.MAX_PAGE));
        }
        ConnectionControl.Wanted wanted = new ConnectionControl.Wanted(
                Optional.ofNullable(user), Optional.ofNullable(channel), Optional.ofNullable(node), after, entries);
        return edge.answer(headers, request, caller -> control.list(caller, Optional.ofNullable(realm), wanted));
    }

    /**
     * How many connections there are.
     *
     * @param realm whose
     * @param top how many names of each part, 1 to 1000
     * @return 200 with {@code {global, per_user, by_channel, by_gateway}}; 400, 401, 403
     */
    @GET
    @Path("/counts")
    public CompletionStage<Response> counts(
            @QueryParam("realm") String realm, @QueryParam("top") @DefaultValue("100") String top) {
        int names = PageLimit.of(top, ConnectionDirectory.MAX_TOP);
        if (names == PageLimit.WRONG) {
            return edge.invalid(headers, request, Map.of("top", "must be within 1 and " + ConnectionDirectory.MAX_TOP));
        }
        return edge.answer(headers, request, caller -> control.counts(caller, Optional.ofNullable(realm), names));
    }

    /**
     * One connection.
     *
     * @param id of the connection
     * @param realm whose
     * @return 200; 401, 403, 404
     */
    @GET
    @Path("/{id}")
    public CompletionStage<Response> get(@PathParam("id") String id, @QueryParam("realm") String realm) {
        return edge.answer(headers, request, caller -> control.get(caller, Optional.ofNullable(realm), id));
    }

    /**
     * Closes a connection.
     *
     * @param id of the connection
     * @param realm whose
     * @param reconnect whether its client is to come back
     * @return 200 with {@code {success, status, connection_id}}; 401, 403, 404
     */
    @DELETE
    @Path("/{id}")
    public CompletionStage<Response> disconnect(
            @PathParam("id") String id,
            @QueryParam("realm") String realm,
            @QueryParam("reconnect") @DefaultValue("false") String reconnect) {
        if (!ControlFields.isTruth(reconnect)) {
            return edge.invalid(headers, request, Map.of("reconnect", ControlFields.TRUTH));
        }
        return edge.answer(
                headers,
                request,
                caller -> control.disconnect(caller, Optional.ofNullable(realm), id, Boolean.parseBoolean(reconnect)));
    }

    /**
     * Says something to one connection.
     *
     * @param id of the connection
     * @param in {@code {message, channel?, realm?}}
     * @return 200 with {@code {success, status, connection_id}}; 400, 401, 403, 404, 503
     */
    @POST
    @Path("/{id}/messages")
    public CompletionStage<Response> send(@PathParam("id") String id, InputStream in) {
        RestBody body = RestBody.read(in, ControlFields.bounds(config));
        Optional<String> realm = ControlFields.realm(body);
        Optional<String> channel = body.text("channel", ControlFields::isText, ControlFields.TEXT);
        RawJson message = body.raw("message");
        return body.errors().isEmpty()
                ? edge.answer(headers, request, caller -> control.send(caller, realm, id, channel, message))
                : edge.invalid(headers, request, body.errors());
    }

    /**
     * Subscribes a connection to a channel or another topic.
     *
     * @param id of the connection
     * @param in {@code {channel, realm?}}
     * @return 200 with {@code {success, status, connection_id, channel}}; 400, 401, 403, 404, 409, 503
     */
    @POST
    @Path("/{id}/subscriptions")
    public CompletionStage<Response> subscribe(@PathParam("id") String id, InputStream in) {
        RestBody body = RestBody.read(in);
        Optional<String> realm = ControlFields.realm(body);
        String channel = body.required("channel", ControlFields::isText, ControlFields.TEXT);
        return body.errors().isEmpty()
                ? edge.answer(headers, request, caller -> control.subscribe(caller, realm, id, channel))
                : edge.invalid(headers, request, body.errors());
    }

    /**
     * Ends a subscription of a connection.
     *
     * @param id of the connection
     * @param channel the channel or topic
     * @param realm whose
     * @return 200 with {@code {success, status, connection_id, channel}}; 400, 401, 403, 404
     */
    @DELETE
    @Path("/{id}/subscriptions")
    public CompletionStage<Response> unsubscribe(
            @PathParam("id") String id,
            @QueryParam("channel") @DefaultValue("") String channel,
            @QueryParam("realm") String realm) {
        return edge.answer(
                headers, request, caller -> control.unsubscribe(caller, Optional.ofNullable(realm), id, channel));
    }
}
