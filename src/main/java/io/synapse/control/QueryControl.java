package io.synapse.control;

import io.synapse.protocol.Body;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.Reasons;
import io.synapse.query.InterruptManager.Signal;
import io.synapse.query.QueryId;
import io.synapse.query.QueryService;
import io.synapse.query.Reached;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.security.Identity;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** How a query is, and stopping it. Safe for use by many threads. */
public final class QueryControl {

    private final QueryService queries;
    private final Audit audit;

    /**
     * A service.
     *
     * @param queries the queries
     * @param audit for what is stopped
     */
    public QueryControl(QueryService queries, Audit audit) {
        this.queries = queries;
        this.audit = audit;
    }

    /**
     * How a query is.
     *
     * @param caller who may join the agent
     * @param realm whose query; empty for the caller's own realm
     * @param agent that was asked
     * @param ref of the query
     * @return {@code {agent, ref, status, last_seq, accepted_at}}, where the status is {@code waiting}, {@code running} or that
     *     of the result; fails with a {@link ControlException}
     */
    public CompletionStage<Body> status(Caller caller, Optional<String> realm, String agent, String ref) {
        return ConnectionControl.asked(() -> {
            Identity identity = identity(caller, realm, agent);
            QueryId id = new QueryId(identity.tenant(), agent, ref);
            return reach(id).thenApply(here -> {
                QueryService.Description query = queries.describe(identity.owner(), id)
                        .orElseThrow(() -> ControlException.of(Reasons.NOT_FOUND, "ref", ref));
                return Payloads.of(
                        "agent",
                        agent,
                        "ref",
                        ref,
                        "status",
                        query.status(),
                        "last_seq",
                        query.lastSeq(),
                        "accepted_at",
                        query.acceptedAt().toEpochMilli());
            });
        });
    }

    /** Has the query known here, on whatever node it runs. */
    private CompletionStage<Void> reach(QueryId id) {
        CompletableFuture<Void> here = new CompletableFuture<>();
        queries.reach(id, reached -> {
            if (reached == Reached.HERE) {
                here.complete(null);
            } else {
                here.completeExceptionally(ControlException.of(
                        reached == Reached.UNKNOWN ? Reasons.NOT_FOUND : Reasons.NODE_UNREACHABLE, "ref", id.ref()));
            }
        });
        return here;
    }

    private static Identity identity(Caller caller, Optional<String> realm, String agent) {
        Identity identity = caller.in(realm);
        if (!identity.mayJoin(Names.agent(agent))) {
            throw ControlException.of(Reasons.FORBIDDEN, "agent", agent);
        }
        return identity;
    }

    /**
     * Stops a query.
     *
     * @param caller who may join the agent
     * @param realm whose query; empty for the caller's own realm
     * @param agent that was asked
     * @param ref of the query
     * @param reason why, for everyone who follows it
     * @return {@code {ref, stopped, stopped_after_ms, last_seq}} once it is known how that went; fails with a {@link
     *     ControlException}
     */
    public CompletionStage<Body> interrupt(
            Caller caller, Optional<String> realm, String agent, String ref, String reason) {
        return ConnectionControl.asked(() -> {
            Identity identity = identity(caller, realm, agent);
            QueryId id = new QueryId(identity.tenant(), agent, ref);
            return reach(id).thenCompose(here -> {
                if (!queries.isKnownTo(identity.owner(), id)) {
                    throw ControlException.of(Reasons.NOT_FOUND, "ref", ref);
                }
                return stop(caller, id, reason);
            });
        });
    }

    private CompletionStage<Body> stop(Caller caller, QueryId id, String reason) {
        CompletableFuture<Body> stopped = new CompletableFuture<>();
        queries.stop(
                id,
                reason,
                outcome -> stopped.complete(Payloads.of(
                        "ref",
                        id.ref(),
                        "stopped",
                        outcome.stopped(),
                        "stopped_after_ms",
                        outcome.afterMillis(),
                        "last_seq",
                        outcome.lastSeq())),
                signal -> told(caller, id, signal, stopped));
        return stopped;
    }

    private void told(Caller caller, QueryId id, Signal signal, CompletableFuture<Body> stopped) {
        String refusal = switch (signal) {
            case SIGNALLED -> null;
            case NOT_FOUND -> Reasons.NOT_FOUND;
            case ALREADY_FINISHED -> Reasons.ALREADY_FINISHED;
            case UNREACHABLE -> Reasons.NODE_UNREACHABLE;
        };
        if (refusal != null) {
            stopped.completeExceptionally(ControlException.of(refusal, "ref", id.ref()));
            return;
        }
        audit.record(AuditEvent.accepted(AuditEvent.Name.INTERRUPT)
                .by(Optional.of(caller.identity()))
                .from(caller.address())
                .with("agent", id.agent())
                .with("ref", id.ref()));
    }
}
