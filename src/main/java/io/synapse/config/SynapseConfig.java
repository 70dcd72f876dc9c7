package io.synapse.config;

/**
 * The whole configuration of a node. Immutable.
 *
 * @param mode development or production
 * @param auth who may connect
 * @param keys API keys that are made while the node runs
 * @param login login sessions and tickets
 * @param outside identities that others manage
 * @param limits what one client can ask
 * @param guard how many connections and messages a client may have
 * @param outbox what may wait to be sent
 * @param heartbeat how it finds out which clients are still there
 * @param drain how it lets go of its clients before it stops
 * @param query the life of queries
 * @param budget how much each subject may use
 * @param replay bounds on showing queries again
 * @param presence who is seen
 * @param topics bounds on topics, and who may use them
 * @param session what is kept of clients that have lost their connection
 * @param conversation what is kept of conversations
 * @param gateway what the socket without joins offers
 * @param library the default engine
 * @param openAi the language-model engine
 * @param agents which agents workers serve
 * @param tools who may call which tools
 * @param cluster whether this node shares its state with others
 * @param control how services find this node, and what they tell it
 * @param tyrusIdleTimerOff whether Payara's idle timer, which costs more than everything else together, is taken out
 */
public record SynapseConfig(
        Mode mode,
        AuthConfig auth,
        KeysConfig keys,
        LoginConfig login,
        OutsideConfig outside,
        LimitsConfig limits,
        GuardConfig guard,
        OutboxConfig outbox,
        HeartbeatConfig heartbeat,
        DrainConfig drain,
        QueryConfig query,
        BudgetConfig budget,
        ReplayConfig replay,
        PresenceConfig presence,
        TopicsConfig topics,
        SessionConfig session,
        ConversationConfig conversation,
        GatewayConfig gateway,
        LibraryConfig library,
        OpenAiConfig openAi,
        AgentsConfig agents,
        ToolsConfig tools,
        ClusterConfig cluster,
        ControlConfig control,
        boolean tyrusIdleTimerOff) {}
