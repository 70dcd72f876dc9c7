package io.synapse.wiring;

import io.synapse.config.SynapseConfig;
import io.synapse.connection.ConnectionDirectory;
import io.synapse.control.ConnectionControl;
import io.synapse.control.EndpointControl;
import io.synapse.control.PublishControl;
import io.synapse.control.QueryControl;
import io.synapse.control.TopicControl;
import io.synapse.platform.Counters;
import io.synapse.presence.PresenceTracker;
import io.synapse.query.QueryService;
import io.synapse.routing.Channels;
import io.synapse.security.Audit;
import io.synapse.security.TopicAccess;
import io.synapse.security.limit.Rates;
import io.synapse.topic.TopicHub;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The control API. */
@ApplicationScoped
public class ControlWiring {

    @Produces
    @Singleton
    PublishControl publishing(
            SynapseConfig config, TopicHub hub, TopicAccess access, Rates rates, Clock clock, Counters counters) {
        return new PublishControl(hub, access, rates, config.topics(), clock, counters);
    }

    @Produces
    @Singleton
    ConnectionControl connections(
            SynapseConfig config,
            ConnectionDirectory directory,
            Channels channels,
            TopicAccess access,
            Clock clock,
            Audit audit) {
        return new ConnectionControl(directory, channels, access, config.topics(), clock, audit);
    }

    @Produces
    @Singleton
    TopicControl topics(SynapseConfig config, TopicHub hub, PresenceTracker presence, TopicAccess access) {
        return new TopicControl(hub, presence, access, config.topics());
    }

    @Produces
    @Singleton
    QueryControl queries(QueryService queries, Audit audit) {
        return new QueryControl(queries, audit);
    }

    @Produces
    @Singleton
    EndpointControl endpoint(SynapseConfig config, Channels channels, TopicAccess access) {
        return new EndpointControl(channels, access, config.control().websocketUrl());
    }
}
