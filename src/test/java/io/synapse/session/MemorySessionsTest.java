package io.synapse.session;

import io.synapse.config.SessionConfig;

class MemorySessionsTest extends SessionStoreContract {

    @Override
    SessionStore open(SessionConfig config) {
        return new MemorySessions(config, timers.ticker(), timers, counters);
    }
}
