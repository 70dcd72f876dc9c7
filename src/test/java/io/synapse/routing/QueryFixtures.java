package io.synapse.routing;

import io.synapse.config.QueryConfig;
import io.synapse.conversation.MemoryConversations;
import io.synapse.engine.Answer;
import io.synapse.engine.QueryContext;
import io.synapse.engine.QueryEngine;
import io.synapse.engine.Question;
import io.synapse.it.ProbeAdminTool;
import io.synapse.it.ProbeTool;
import io.synapse.platform.Counters;
import io.synapse.query.InterruptManager;
import io.synapse.query.QueryEnvironment;
import io.synapse.query.QueryService;
import io.synapse.security.Audit;
import io.synapse.testing.Agents;
import io.synapse.testing.Configs;
import io.synapse.testing.Conversations;
import io.synapse.testing.ManualTimers;
import io.synapse.tool.ToolRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Queries for tests that are about something else: every question has the same answer, at once. */
final class QueryFixtures {

    private QueryFixtures() {}

    private static final class Same implements QueryEngine {
        @Override
        public String name() {
            return "same";
        }

        @Override
        public CompletionStage<Answer> answer(Question question, QueryContext context) throws Exception {
            context.emit("text", "x");
            return Answer.of("x").done();
        }
    }

    /** Conversations that no query of the test is of. */
    static ConversationHandler conversations(ManualTimers timers, Counters counters) {
        MemoryConversations store = Conversations.store(timers, counters);
        return new ConversationHandler(store, Conversations.gate(store, counters), 10);
    }

    /** An application without tools. */
    static ToolHandler noTools(QueryHandler queries) {
        return new ToolHandler(ToolRegistry.none(), queries, 1 << 20);
    }

    /** No agent is served by workers. */
    static WorkerHandler noWorkers() {
        return new WorkerHandler(Agents.none());
    }

    /** Tools that do what a test says. */
    static ToolHandler probeTools(QueryHandler queries) {
        Set<String> roles = Set.of("synapse-user", "synapse-publisher", "synapse-admin");
        return new ToolHandler(
                new ToolRegistry(List.of(new ProbeTool(), new ProbeAdminTool()), Map.of(), roles, 1 << 20),
                queries,
                1 << 20);
    }

    static QueryHandler handler(ManualTimers timers, Counters counters, Clock clock) {
        QueryConfig config = new QueryConfig(
                "same",
                4,
                4,
                Duration.ofSeconds(30),
                Duration.ofMinutes(1),
                100,
                1 << 20,
                100,
                Duration.ofSeconds(2),
                10,
                1 << 20,
                Duration.ofMinutes(5),
                Configs.UNFAIR);
        QueryEnvironment environment =
                new QueryEnvironment(config, clock, timers.ticker(), timers, () -> "epoch", counters, Runnable::run);
        return new QueryHandler(
                new QueryService(
                        new Same(),
                        environment,
                        new InterruptManager(),
                        Runnable::run,
                        Conversations.gate(timers, counters)),
                ToolRegistry.none(),
                config,
                clock,
                Audit.NONE);
    }
}
