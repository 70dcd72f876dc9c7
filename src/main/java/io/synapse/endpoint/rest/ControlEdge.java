package io.synapse.endpoint.rest;

import io.synapse.control.Caller;
import io.synapse.control.ControlException;
import io.synapse.protocol.Body;
import io.synapse.protocol.ErrorBody;
import io.synapse.protocol.JsonValues;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Reasons;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Authenticator;
import io.synapse.security.Identity;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** What the resources of the control API share: who calls, and how answers and refusals are told. */
@RequestScoped
public class ControlEdge {

    private static final System.Logger LOG = System.getLogger(ControlEdge.class.getName());
    private static final int TOO_MANY_REQUESTS = 429;
    private static final long MILLIS = 1000;

    @Inject
    private Authenticator authenticator;

    @Inject
    private Audit audit;

    /** Does something for whoever calls. What the request shows is read before anything is left to another thread. */
    CompletionStage<Response> answer(
            HttpHeaders headers, HttpServletRequest request, Function<Caller, CompletionStage<Body>> act) {
        return answer(BearerKey.identify(headers, authenticator), request, act);
    }

    /** The same for somebody who is known already. */
    CompletionStage<Response> answer(
            Optional<Identity> identity, HttpServletRequest request, Function<Caller, CompletionStage<Body>> act) {
        String path = request.getRequestURI();
        String address = request.getRemoteAddr();
        if (identity.isEmpty()) {
            refused(identity, address, path, Reasons.UNAUTHORIZED);
            return CompletableFuture.completedFuture(Problem.unauthorized());
        }
        CompletionStage<Body> acting;
        try {
            acting = act.apply(new Caller(identity.get(), address));
        } catch (RuntimeException e) {
            acting = CompletableFuture.failedFuture(e);
        }
        return acting.handle((body, failure) -> {
            if (failure == null) {
                return Answers.of(Response.Status.OK, RawJson.of(body));
            }
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause instanceof ControlException refusal) {
                if (refusal.body().reason().equals(Reasons.FORBIDDEN)) {
                    refused(identity, address, path, Reasons.FORBIDDEN);
                }
                return problem(refusal.body());
            }
            if (cause instanceof WrongFields wrong) {
                return Problem.invalid(wrong.errors);
            }
            LOG.log(System.Logger.Level.ERROR, "a call of the control API failed", cause);
            return Problem.of(Response.Status.INTERNAL_SERVER_ERROR, "something failed in the server");
        });
    }

    /** A request with wrong fields; who may not call does not learn what is wrong. */
    CompletionStage<Response> invalid(HttpHeaders headers, HttpServletRequest request, Map<String, String> errors) {
        return answer(headers, request, caller -> {
            throw new WrongFields(errors);
        });
    }

    /** What is wrong with each field. */
    private static final class WrongFields extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final transient Map<String, String> errors;

        WrongFields(Map<String, String> errors) {
            super("fields are wrong", null, false, false);
            this.errors = errors;
        }
    }

    private void refused(Optional<Identity> who, String address, String path, String reason) {
        audit.record(AuditEvent.refused(AuditEvent.Name.REQUEST, reason)
                .by(who)
                .from(address)
                .with("path", path));
    }

    private static Response problem(ErrorBody why) {
        Map<String, Object> problem = new LinkedHashMap<>();
        problem.put("status", status(why.reason()));
        problem.put("title", why.reason());
        problem.putAll(JsonValues.object(RawJson.of(why)));
        Response.ResponseBuilder response = Response.status(status(why.reason()))
                .type(Problem.MEDIA_TYPE)
                .entity(JsonValues.write(problem).text().getBytes(StandardCharsets.UTF_8));
        if (problem.get("retry_after_ms") instanceof Long millis) {
            response.header(HttpHeaders.RETRY_AFTER, Math.max(1, (millis + MILLIS - 1) / MILLIS));
        }
        return response.build();
    }

    private static int status(String reason) {
        return switch (reason) {
            case Reasons.UNAUTHORIZED -> Response.Status.UNAUTHORIZED.getStatusCode();
            case Reasons.FORBIDDEN -> Response.Status.FORBIDDEN.getStatusCode();
            case Reasons.NOT_FOUND -> Response.Status.NOT_FOUND.getStatusCode();
            case Reasons.INVALID_FIELD, Reasons.INVALID_TOPIC -> Response.Status.BAD_REQUEST.getStatusCode();
            case Reasons.KEY_IN_USE, Reasons.ALREADY_FINISHED, Reasons.TOO_MANY_SUBSCRIPTIONS, Reasons.OVERTAKEN ->
                Response.Status.CONFLICT.getStatusCode();
            case Reasons.RATE_LIMITED -> TOO_MANY_REQUESTS;
            case Reasons.SYSTEM_OVERLOADED,
                    Reasons.TOO_MANY_TOPICS_IN_USE,
                    Reasons.STOPPING,
                    Reasons.UNAVAILABLE,
                    Reasons.NODE_UNREACHABLE -> Response.Status.SERVICE_UNAVAILABLE.getStatusCode();
            default -> Response.Status.INTERNAL_SERVER_ERROR.getStatusCode();
        };
    }
}
