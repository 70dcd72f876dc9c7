package io.synapse.connection;

class LocalDirectoryTest extends ConnectionDirectoryContract {

    @Override
    protected ConnectionDirectory open(ConnectionRegistry local, String node) {
        return new LocalDirectory(local, timers.ticker(), clock, node);
    }
}
