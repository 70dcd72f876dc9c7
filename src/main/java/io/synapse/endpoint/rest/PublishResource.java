package io.synapse.endpoint.rest;

import io.synapse.config.SynapseConfig;
import io.synapse.control.PublishControl;
import io.synapse.control.PublishControl.Wanted;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** {@code /api/publish}: publishes on a channel, or any other topic, without a connection. */
@Path("/publish")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class PublishResource {

    @Inject
    private PublishControl control;

    @Inject
    private SynapseConfig config;

    @Inject
    private ControlEdge edge;

    @Context
    private HttpHeaders headers;

    @Context
    private HttpServletRequest request;

    /**
     * Publishes one message.
     *
     * @param in {@code {channel, message, event?, idempotency_key?, realm?}}
     * @return 200 with {@code {success, status, channel, offset, epoch, duplicate?}}; 400, 401, 403, 409, 429, 503
     */
    @POST
    public CompletionStage<Response> publish(InputStream in) {
        RestBody body = RestBody.read(in, ControlFields.bounds(config));
        Optional<String> realm = ControlFields.realm(body);
        Wanted wanted = wanted(body);
        return body.errors().isEmpty()
                ? edge.answer(headers, request, caller -> control.publish(caller, realm, wanted))
                : edge.invalid(headers, request, body.errors());
    }

    /**
     * Publishes several, in order, each by itself.
     *
     * @param in {@code {messages: [{channel, message, event?, idempotency_key?}], realm?}}
     * @return 200 with {@code {published, refused, outcomes}}; 400, 401, 403
     */
    @POST
    @Path("/batch")
    public CompletionStage<Response> publishAll(InputStream in) {
        RestBody body = RestBody.read(in, ControlFields.bounds(config));
        Optional<String> realm = ControlFields.realm(body);
        List<Wanted> all = body.objects("messages", PublishControl.MAX_BATCH, PublishResource::wanted);
        return body.errors().isEmpty()
                ? edge.answer(headers, request, caller -> control.publishAll(caller, realm, all))
                : edge.invalid(headers, request, body.errors());
    }

    private static Wanted wanted(RestBody body) {
        return new Wanted(
                body.required("channel", ControlFields::isText, ControlFields.TEXT),
                body.text("event", ControlFields::isText, ControlFields.TEXT),
                body.raw("message"),
                body.text("idempotency_key", ControlFields::isText, ControlFields.TEXT));
    }
}
