package io.synapse.bench.model;

import io.synapse.bench.socket.RawSocket;
import java.io.IOException;
import java.net.URI;

/** Asks Synapse, whose engine asks the model. */
final class ThroughSynapse implements Asking {

    private static final int KERNELS_CHOICE = 0;

    private final RawSocket socket;
    private final String client;
    private int asked;

    ThroughSynapse(URI uri, String client) throws IOException {
        this.client = client;
        socket = RawSocket.open(uri, KERNELS_CHOICE);
        socket.send(frame("1", "phx_join", "{\"api_key\":\"test_key\",\"presence\":false}"));
        socket.readUntil("phx_reply", "\"ok\"");
    }

    private String frame(String mark, String event, String payload) {
        return "[\"1\",\"%s\",\"cortex:bench\",\"%s\",%s]".formatted(mark, event, payload);
    }

    @Override
    public long ask() throws IOException {
        asked++;
        String ref = client + "-" + asked;
        String query = frame("q" + asked, "query", "{\"q\":\"why?\",\"ref\":\"" + ref + "\"}");
        long begun = System.nanoTime();
        socket.send(query);
        socket.readUntil("\"thought\"", ref);
        long first = System.nanoTime() - begun;
        String result = socket.readUntil("\"result\"", ref);
        if (!result.contains("\"success\"")) {
            throw new IOException("the result was " + result);
        }
        return first;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
