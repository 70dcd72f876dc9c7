package io.synapse.routing;

import io.synapse.budget.Budgets;
import io.synapse.budget.Level;
import io.synapse.config.DoubleTexting;
import io.synapse.config.QueryConfig;
import io.synapse.conversation.ConversationKey;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.engine.Toolbox;
import io.synapse.protocol.Address;
import io.synapse.protocol.ClientMessage.CallTool;
import io.synapse.protocol.ClientMessage.Interrupt;
import io.synapse.protocol.ClientMessage.OfConversation;
import io.synapse.protocol.ClientMessage.Ping;
import io.synapse.protocol.ClientMessage.Query;
import io.synapse.protocol.ClientMessage.Replay;
import io.synapse.protocol.ClientMessage.Resume;
import io.synapse.protocol.ErrorBody;
import io.synapse.protocol.OnDisconnect;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.RawJson;
import io.synapse.protocol.Reasons;
import io.synapse.protocol.ServerMessage;
import io.synapse.protocol.ServerMessage.Status;
import io.synapse.query.BudgetBodies;
import io.synapse.query.InConversation;
import io.synapse.query.Payer;
import io.synapse.query.QueryId;
import io.synapse.query.QueryRequest;
import io.synapse.query.QueryService;
import io.synapse.query.QueryService.Submission;
import io.synapse.query.QueryViewer;
import io.synapse.query.QueryViewer.Start;
import io.synapse.query.Reached;
import io.synapse.query.StopOutcome;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import io.synapse.tool.ToolRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Everything about queries that a client can say. Safe for use by many threads. */
public final class QueryHandler {

    private static final long SOON_MILLIS = 100;
    private static final Long UNREACHABLE_MILLIS = 1000L;

    private final QueryService service;
    private final ToolRegistry tools;
    private final QueryConfig config;
    private final Clock clock;
    private final Audit audit;
    private final ReplayHandler replays;

    /**
     * A handler.
     *
     * @param service asks, follows and stops
     * @param tools what an engine may call for the one who asks
     * @param config the bounds of time-outs
     * @param clock for pings
     * @param audit for who interrupts what
     */
    public QueryHandler(QueryService service, ToolRegistry tools, QueryConfig config, Clock clock, Audit audit) {
        this.service = service;
        this.tools = tools;
        this.config = config;
        this.clock = clock;
        this.audit = audit;
        replays = new ReplayHandler(service.replays());
    }

    void query(CortexSession session, Channel channel, Address address, Query query) {
        Optional<String> rule = query.conversation().flatMap(OfConversation::doubleTexting);
        if (rule.isPresent() && DoubleTexting.of(rule.get()).isEmpty()) {
            String detail = "double_texting must be " + DoubleTexting.WORDS;
            session.refuse(channel, address, Payloads.error(Reasons.INVALID_FIELD, detail, query.ref()));
            return;
        }
        Optional<InConversation> conversation = query.conversation()
                .map(of -> new InConversation(channel.conversation(of.id()), rule.flatMap(DoubleTexting::of)));
        QueryRequest request = new QueryRequest(
                channel.query(query.ref()),
                channel.payer(),
                query.question(),
                query.priority().orElse(Question.DEFAULT_PRIORITY),
                timeout(query.timeoutMillis()),
                query.pace(),
                query.onDisconnect(),
                query.traceparent(),
                Optional.empty(),
                Optional.empty(),
                tools.toolbox(channel.groups()),
                conversation);
        service.ask(
                request, isNew -> accepted(session, channel, address, query.ref(), start(query), isNew), submission -> {
                    if (submission == Submission.CONVERSATION_BUSY) {
                        ConversationKey key = conversation.orElseThrow().key();
                        busy(session, channel, address, query.ref(), key);
                    } else {
                        answer(session, channel, address, query.ref(), submission);
                    }
                });
    }

    /** Has a tool called; its arguments fit, and the client may. */
    void call(
            CortexSession session,
            Channel channel,
            Address address,
            CallTool call,
            RawJson arguments,
            QueryEngine tool) {
        QueryRequest request = new QueryRequest(
                channel.query(call.ref()),
                channel.payer(),
                arguments.text(),
                call.priority().orElse(Question.DEFAULT_PRIORITY),
                timeout(call.timeoutMillis()),
                OptionalDouble.empty(),
                call.onDisconnect(),
                call.traceparent(),
                Optional.empty(),
                Optional.of(call.name()),
                Toolbox.EMPTY,
                Optional.empty());
        service.ask(
                request,
                tool,
                isNew -> accepted(session, channel, address, call.ref(), after(call.afterSeq()), isNew),
                submission -> answer(session, channel, address, call.ref(), submission));
    }

    private static Start start(Query query) {
        return new Start(query.afterSeq(), query.snapshot());
    }

    private static Start after(long seq) {
        return new Start(seq, false);
    }

    private void answer(CortexSession session, Channel channel, Address address, String ref, Submission submission) {
        switch (submission) {
            case STARTED, ATTACHED, CONVERSATION_BUSY -> {}
            case REF_IN_USE -> refuse(session, channel, address, ref, Reasons.REF_IN_USE, null);
            case OVERLOADED -> overloaded(session, channel, address, ref, "server");
            case TENANT_OVERLOADED -> overloaded(session, channel, address, ref, "tenant");
            case BUDGET_EXHAUSTED -> session.refuse(channel, address, exhausted(channel.owner(), "ref", ref));
            case STOPPING -> session.refuse(channel, address, stopping("ref", ref));
            case UNREACHABLE -> refuse(session, channel, address, ref, Reasons.NODE_UNREACHABLE, UNREACHABLE_MILLIS);
        }
    }

    // The one that was before it may have ended meanwhile: then asking again helps at once.
    private void busy(CortexSession session, Channel channel, Address address, String ref, ConversationKey key) {
        Optional<String> running = service.runningOf(key);
        session.refuse(
                channel,
                address,
                Payloads.refusal(
                        Reasons.CONVERSATION_BUSY,
                        "ref",
                        ref,
                        "conversation_id",
                        key.id(),
                        "running",
                        running.orElse(null),
                        "retry_after_ms",
                        running.isPresent() ? service.retryAfter().toMillis() : SOON_MILLIS));
    }

    private void overloaded(CortexSession session, Channel channel, Address address, String ref, String bound) {
        session.refuse(
                channel,
                address,
                Payloads.refusal(
                        Reasons.OVERLOADED,
                        "ref",
                        ref,
                        "bound",
                        bound,
                        "retry_after_ms",
                        retryAfterMillis(channel.payer())));
    }

    /** Whether this node takes nothing new. */
    boolean isStopping() {
        return !service.isAccepting();
    }

    /** What is said to whoever wants something new then. */
    static ErrorBody stopping(String name, String value) {
        return Payloads.refusal(Reasons.STOPPING, name, value, "retry_after_ms", TopicRefusals.RETRY_AFTER_MILLIS);
    }

    private ErrorBody exhausted(String subject, String name, String value) {
        Budgets.Usage usage = service.budget(subject);
        String kind = usage.levels().stream()
                .filter(Level::isExhausted)
                .map(level -> level.kind().word())
                .findFirst()
                .orElse(null);
        long left = Math.min(usage.window().toMillis(), usage.resetsAt().toEpochMilli() - clock.millis());
        return Payloads.refusal(
                Reasons.BUDGET_EXHAUSTED, name, value, "kind", kind, "retry_after_ms", Math.max(1, left));
    }

    /** Why there is no place for a question on a channel. */
    ErrorBody noPlace(Payer payer, String channel) {
        if (!service.isAccepting()) {
            return stopping("channel", channel);
        }
        return service.budget(payer.subject()).levels().stream().anyMatch(Level::isExhausted)
                ? exhausted(payer.subject(), "channel", channel)
                : Payloads.refusal(
                        Reasons.SYSTEM_OVERLOADED, "channel", channel, "retry_after_ms", retryAfterMillis(payer));
    }

    /** Tells a client what is left of its budget. */
    void budget(CortexSession session, Channel channel, Address address) {
        session.reply(address, BudgetBodies.of(service.budget(channel.owner())));
    }

    /** When a tenant that was refused may ask again. */
    private long retryAfterMillis(Payer payer) {
        return service.retryAfter(payer.tenant()).toMillis();
    }

    private Duration timeout(OptionalLong millis) {
        Duration wanted = millis.isPresent() ? Duration.ofMillis(millis.getAsLong()) : config.defaultTimeout();
        return wanted.compareTo(config.maxTimeout()) > 0 ? config.maxTimeout() : wanted;
    }

    /** A place for a query that somebody is about to ask; empty if there is none. */
    Optional<QueryService.Place> reserve(Payer payer) {
        return service.reserve(payer);
    }

    /** Asks what was asked on a channel, and follows. */
    void askOnChannel(
            CortexSession session,
            Channel agent,
            QueryService.Place place,
            String channel,
            String question,
            String ref,
            Runnable acknowledge) {
        QueryRequest request = new QueryRequest(
                agent.query(ref),
                agent.payer(),
                question,
                Question.DEFAULT_PRIORITY,
                config.defaultTimeout(),
                OptionalDouble.empty(),
                OnDisconnect.CONTINUE,
                Optional.empty(),
                Optional.of(channel),
                Optional.empty(),
                tools.toolbox(agent.groups()),
                Optional.empty());
        place.ask(request, () -> {
            acknowledge.run();
            follow(session, agent, request.id(), after(0));
        });
    }

    private void accepted(
            CortexSession session, Channel said, Address address, String ref, Start start, boolean isNew) {
        Channel channel = present(session, said);
        session.reply(
                address, Payloads.of("ref", ref, "status", "processing", "attached", isNew ? null : Boolean.TRUE));
        if (isNew || channel.viewer(ref) == null) {
            follow(session, channel, channel.query(ref), isNew ? after(0) : start);
        }
    }

    // A query may have been looked up on other nodes meanwhile, and the client may have joined anew.
    private static Channel present(CortexSession session, Channel said) {
        Channel now = said.isReleased() ? session.channel(said.topic()) : null;
        return now == null ? said : now;
    }

    private boolean follow(CortexSession session, Channel channel, QueryId id, Start start) {
        if (!service.isKnownTo(channel.owner(), id)) {
            return false;
        }
        var viewer = service.follow(id, session.connection(), channel.format(), start.of(channel.owner()));
        viewer.ifPresent(following -> {
            channel.follow(id.ref(), following);
            // The connection may have ended meanwhile, and let go of everything it knew then.
            if (!session.connection().isOpen()) {
                following.detach();
                return;
            }
            Channel now = present(session, channel);
            long position = now == channel ? 0 : following.detach();
            if (now != channel && position <= service.lastSeq(id)) {
                follow(session, now, id, new Start(position, false));
            }
        });
        return viewer.isPresent();
    }

    void resume(CortexSession session, Channel said, Address address, Resume resume) {
        QueryId id = said.query(resume.ref());
        service.reach(id, reached -> {
            Channel channel = present(session, said);
            if (!service.isKnownTo(channel.owner(), id)) {
                unknown(session, channel, address, resume.ref(), reached);
                return;
            }
            session.reply(
                    address,
                    Payloads.of(
                            "ref",
                            resume.ref(),
                            "status",
                            "processing",
                            "attached",
                            true,
                            "last_seq",
                            service.lastSeq(id)));
            channel.handOver(
                    resume.ref(), () -> follow(session, channel, id, new Start(resume.afterSeq(), resume.snapshot())));
        });
    }

    private static void unknown(CortexSession session, Channel channel, Address address, String ref, Reached reached) {
        if (reached == Reached.UNREACHABLE) {
            refuse(session, channel, address, ref, Reasons.NODE_UNREACHABLE, UNREACHABLE_MILLIS);
        } else {
            refuse(session, channel, address, ref, Reasons.NOT_FOUND, null);
        }
    }

    /** Where a query goes on. */
    @FunctionalInterface
    interface Place {
        /**
         * It is known, or not.
         *
         * @param afterSeq the seq after which it goes on; empty if it cannot
         * @param reason why it cannot; null if it can
         */
        void told(OptionalLong afterSeq, String reason);
    }

    /** Tells the seq after which a query goes on for a client that has this one. */
    void place(Channel channel, String ref, long afterSeq, Place place) {
        QueryId id = channel.query(ref);
        service.reach(id, reached -> {
            if (service.isKnownTo(channel.owner(), id)) {
                place.told(OptionalLong.of(service.start(id, afterSeq)), null);
            } else {
                place.told(OptionalLong.empty(), reason(reached));
            }
        });
    }

    private static String reason(Reached reached) {
        return reached == Reached.UNREACHABLE ? Reasons.NODE_UNREACHABLE : Reasons.NOT_FOUND;
    }

    /** Follows a query that was followed on an earlier join; says so if it is gone. */
    void followAgain(CortexSession session, Channel said, String ref, long afterSeq) {
        QueryId id = said.query(ref);
        service.reach(id, reached -> {
            Channel channel = present(session, said);
            if (!follow(session, channel, id, after(afterSeq))) {
                session.pushError(
                        channel.joinRef(),
                        channel.topic(),
                        Payloads.error(reason(reached), "the query is not known here", ref));
            }
        });
    }

    void replay(CortexSession session, Channel said, Address address, Replay replay) {
        service.reach(said.query(replay.ref()), reached -> {
            Channel channel = present(session, said);
            if (reached == Reached.UNREACHABLE) {
                unknown(session, channel, address, replay.ref(), reached);
            } else {
                replays.replay(session, channel, address, replay);
            }
        });
    }

    void interrupt(CortexSession session, Channel channel, Address address, Interrupt interrupt) {
        if (replays.interrupt(channel, address, interrupt)) {
            record(AuditEvent.accepted(AuditEvent.Name.INTERRUPT), session, channel, interrupt);
            return;
        }
        QueryId id = channel.query(interrupt.ref());
        service.reach(id, reached -> interrupt(session, present(session, channel), address, interrupt, id, reached));
    }

    private void interrupt(
            CortexSession session, Channel channel, Address address, Interrupt interrupt, QueryId id, Reached reached) {
        if (!service.isKnownTo(channel.owner(), id)) {
            unknown(session, channel, address, interrupt.ref(), reached);
            return;
        }
        service.stop(
                id,
                interrupt.reason(),
                outcome -> acknowledge(session, address, interrupt.ref(), channel.viewer(interrupt.ref()), outcome),
                signal -> {
                    switch (signal) {
                        case SIGNALLED ->
                            record(AuditEvent.accepted(AuditEvent.Name.INTERRUPT), session, channel, interrupt);
                        case NOT_FOUND -> refuse(session, channel, address, interrupt.ref(), Reasons.NOT_FOUND, null);
                        case ALREADY_FINISHED ->
                            refuse(session, channel, address, interrupt.ref(), Reasons.ALREADY_FINISHED, null);
                        case UNREACHABLE ->
                            refuse(
                                    session,
                                    channel,
                                    address,
                                    interrupt.ref(),
                                    Reasons.NODE_UNREACHABLE,
                                    UNREACHABLE_MILLIS);
                    }
                });
    }

    private void record(AuditEvent event, CortexSession session, Channel channel, Interrupt interrupt) {
        audit.record(event.by(Optional.of(channel.identity()))
                .from(session.connection().remoteAddress())
                .with("connection_id", session.connection().id())
                .with("agent", channel.agent())
                .with("ref", interrupt.ref()));
    }

    // One who follows the query gets the acknowledgement in its place in the stream: no thought comes after it.
    private void acknowledge(
            CortexSession session, Address address, String ref, QueryViewer viewer, StopOutcome outcome) {
        ServerMessage reply = StopReply.of(address, ref, outcome);
        if (viewer == null) {
            session.connection().send(reply);
        } else {
            service.say(viewer, reply);
        }
    }

    private static void refuse(
            CortexSession session, Channel channel, Address address, String ref, String reason, Long retryAfter) {
        session.refuse(channel, address, Payloads.refusal(reason, "ref", ref, "retry_after_ms", retryAfter));
    }

    void ping(CortexSession session, Channel channel, Address address, Ping ping) {
        long now = clock.millis();
        if (ping.data() == null) {
            session.reply(address, Payloads.of("pong", now, "timestamp", now));
        } else {
            session.connection().send(new ServerMessage.BinaryReply(address, Status.OK, ping.data()));
        }
        session.connection()
                .send(new ServerMessage.Push(
                        channel.joinRef(), channel.topic(), "pong", Payloads.of("timestamp", now)));
    }
}
