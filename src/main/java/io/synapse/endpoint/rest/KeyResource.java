package io.synapse.endpoint.rest;

import io.synapse.security.ApiKeys;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Authenticator;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import io.synapse.security.key.KeyRequest;
import io.synapse.security.key.ManagedKeys;
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
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * {@code /api/keys}: API keys are made, listed, rotated and revoked, by whoever has the role {@code synapse-admin} and no tenant.
 * Those of the configuration are listed, too, and cannot be changed.
 */
@Path("/keys")
@RequestScoped
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class KeyResource {

    private static final System.Logger LOG = System.getLogger(KeyResource.class.getName());
    private static final int MAX_PAGE = 1000;
    private static final int MAX_ID = 64;

    @Inject
    private Authenticator authenticator;

    @Inject
    private ManagedKeys keys;

    @Inject
    private ApiKeys configured;

    @Inject
    private Audit audit;

    @Inject
    private Clock clock;

    @Context
    private HttpHeaders headers;

    @Context
    private HttpServletRequest request;

    /**
     * Keys by id; those of the configuration have their name as id.
     *
     * @param after the id that the page comes after
     * @param limit how many, 1 to 1000
     * @return 200 with {@code {durable, keys, next?}}; 400, 401, 403
     */
    @GET
    public Response list(
            @QueryParam("after") @DefaultValue("") String after,
            @QueryParam("limit") @DefaultValue("100") String limit) {
        return asAdmin(AuditEvent.Name.REQUEST, admin -> {
            int entries = PageLimit.of(limit, MAX_PAGE);
            if (entries == PageLimit.WRONG || after.length() > MAX_ID) {
                return Problem.of(
                        Response.Status.BAD_REQUEST, "limit must be within 1 and " + MAX_PAGE + ", and after an id");
            }
            Instant now = clock.instant();
            // One more than asked for, to know whether there is one.
            List<Map<String, Object>> found = Stream.concat(
                            keys.page(after, entries + 1).stream().map(key -> KeyView.of(key, now)),
                            configured.identities().stream()
                                    .filter(owner -> owner.subject().compareTo(after) > 0)
                                    .map(KeyView::configured))
                    .sorted(Comparator.comparing(key -> (String) key.get("id")))
                    .limit(entries + 1L)
                    .toList();
            boolean more = found.size() > entries;
            List<Map<String, Object>> page = more ? found.subList(0, entries) : found;
            return Answers.of(
                    Response.Status.OK,
                    more
                            ? Map.of(
                                    "durable",
                                    keys.isDurable(),
                                    "keys",
                                    page,
                                    "next",
                                    page.get(page.size() - 1).get("id"))
                            : Map.of("durable", keys.isDurable(), "keys", page));
        });
    }

    /**
     * One key.
     *
     * @param id of the key
     * @return 200; 401, 403, 404
     */
    @GET
    @Path("/{id}")
    public Response get(@PathParam("id") String id) {
        return asAdmin(
                AuditEvent.Name.REQUEST,
                admin -> keys.find(id)
                        .map(key -> KeyView.of(key, clock.instant()))
                        .or(() -> configured.identities().stream()
                                .filter(owner -> owner.subject().equals(id))
                                .findFirst()
                                .map(KeyView::configured))
                        .map(view -> Answers.of(Response.Status.OK, view))
                        .orElseGet(KeyResource::notFound));
    }

    /**
     * Makes a key.
     *
     * @param in {@code {name, tenant?, agents?, topics?, roles?, expires_at?}}
     * @return 201 with the key, once, as {@code key}; 400, 401, 403, 409, 503
     */
    @POST
    public Response create(InputStream in) {
        return asAdmin(AuditEvent.Name.KEY_CREATE, admin -> {
            RestBody body = RestBody.read(in);
            KeyRequest wanted = request(body);
            if (!body.errors().isEmpty()) {
                return Problem.invalid(body.errors());
            }
            ManagedKeys.Creation creation = keys.create(wanted);
            return switch (creation.added()) {
                case NAME_TAKEN -> refused(admin, Response.Status.CONFLICT, "another key has this name");
                case FULL ->
                    refused(admin, Response.Status.CONFLICT, "there are synapse.auth.max-keys already; revoke one");
                case ADDED ->
                    issued(
                            AuditEvent.Name.KEY_CREATE,
                            admin,
                            Response.Status.CREATED,
                            creation.issued().orElseThrow());
            };
        });
    }

    private KeyRequest request(RestBody body) {
        String name = body.required(
                "name",
                text -> KeyRequest.NAME.matcher(text).matches(),
                "must be 1 to 64 characters without blanks, : and |");
        Optional<String> tenant =
                body.text("tenant", Identity::isTenant, "must be 1 to 64 characters without blanks, : and |");
        Scope scope = Scope.read(body);
        return new KeyRequest(
                name,
                tenant.orElse(""),
                scope.agents().orElse(Set.of()),
                scope.topics().orElse(Set.of()),
                scope.roles().filter(roles -> !roles.isEmpty()).orElse(Set.of(Role.USER)),
                body.time("expires_at", clock.instant()));
    }

    /**
     * Gives a key a new secret.
     *
     * @param id of the key
     * @param in {@code {grace_ms?}}, how long the old secret goes on; without it, it ends at once
     * @return 200 with the key, once, as {@code key}; 400, 401, 403, 404, 409
     */
    @POST
    @Path("/{id}/rotate")
    public Response rotate(@PathParam("id") String id, InputStream in) {
        return asAdmin(AuditEvent.Name.KEY_ROTATE, admin -> {
            RestBody body = RestBody.read(in);
            Duration grace = body.duration("grace_ms", keys.maxGrace()).orElse(Duration.ZERO);
            if (!body.errors().isEmpty()) {
                return Problem.invalid(body.errors());
            }
            if (keys.find(id).isEmpty()) {
                return missing(id);
            }
            return keys.rotate(id, grace)
                    .map(key -> issued(AuditEvent.Name.KEY_ROTATE, admin, Response.Status.OK, key))
                    .orElseGet(() -> Problem.of(Response.Status.CONFLICT, "the key has ended; make a new one"));
        });
    }

    /**
     * Ends a key, its tokens and its connections.
     *
     * @param id of the key
     * @return 200 with what is left of it; 401, 403, 404, 409
     */
    @DELETE
    @Path("/{id}")
    public Response revoke(@PathParam("id") String id) {
        return asAdmin(
                AuditEvent.Name.KEY_REVOKE,
                admin -> keys.revoke(id)
                        .map(key -> {
                            audit.record(event(AuditEvent.accepted(AuditEvent.Name.KEY_REVOKE), Optional.of(admin))
                                    .with("target", id)
                                    .with("name", key.name()));
                            return Answers.of(Response.Status.OK, KeyView.of(key, clock.instant()));
                        })
                        .orElseGet(() -> missing(id)));
    }

    private Response asAdmin(AuditEvent.Name what, Function<Identity, Response> act) {
        Optional<Identity> identity = BearerKey.identify(headers, authenticator);
        if (identity.isEmpty()) {
            return refused(what, identity, Problem.unauthorized(), "unauthorized");
        }
        if (!identity.get().roles().contains(Role.ADMIN)
                || !identity.get().tenant().isEmpty()) {
            Response forbidden = Problem.of(
                    Response.Status.FORBIDDEN, "the role " + Role.ADMIN.group() + " without a tenant is needed");
            return refused(what, identity, forbidden, "forbidden");
        }
        try {
            return act.apply(identity.get());
        } catch (UncheckedIOException e) {
            LOG.log(System.Logger.Level.ERROR, "a change of an API key could not be kept, and was not made", e);
            return Problem.of(Response.Status.SERVICE_UNAVAILABLE, "the change could not be kept, and was not made");
        }
    }

    private Response refused(AuditEvent.Name what, Optional<Identity> who, Response answer, String reason) {
        // A flood of these is no admin act: it is counted like other refusals.
        audit.record(event(AuditEvent.refused(AuditEvent.Name.REQUEST, reason), who)
                .with("wanted", what.name().toLowerCase(Locale.ROOT)));
        return answer;
    }

    private Response refused(Identity admin, Response.Status status, String reason) {
        audit.record(event(AuditEvent.refused(AuditEvent.Name.KEY_CREATE, reason), Optional.of(admin)));
        return Problem.of(status, reason);
    }

    private Response issued(AuditEvent.Name what, Identity admin, Response.Status status, ManagedKeys.Issued issued) {
        audit.record(event(AuditEvent.accepted(what), Optional.of(admin))
                .with("target", issued.key().id())
                .with("name", issued.key().name()));
        Map<String, Object> view = KeyView.of(issued.key(), clock.instant());
        view.put("key", issued.secret());
        view.put("durable", keys.isDurable());
        return Answers.of(status, view);
    }

    private AuditEvent event(AuditEvent event, Optional<Identity> who) {
        return event.by(who).from(request.getRemoteAddr());
    }

    private Response missing(String id) {
        return configured.isName(id)
                ? Problem.of(Response.Status.CONFLICT, "the key stands in the configuration, and is changed there")
                : notFound();
    }

    private static Response notFound() {
        return Problem.of(Response.Status.NOT_FOUND, "there is no such key");
    }
}
