package io.synapse.bench.bare;

import io.synapse.bench.engine.BenchEngine;

/**
 * The frames of the bare endpoint: those Synapse sends, with refs, times and positions that are as long as the real ones
 * and always the same.
 */
final class CannedFrames {

    private static final String TOPIC = "cortex:bench";
    private static final String REF = "1000000000";
    private static final String NOW = "1767225600123";

    static final String REPLY = reply("{}");
    static final String PING_REPLY = reply("{\"pong\":" + NOW + ",\"timestamp\":" + NOW + "}");
    static final String PONG = push("pong", "{\"timestamp\":" + NOW + "}");
    static final String[] QUERY = query();
    static final String EPOCH = "Zk3v9xQ1cC0yqZk3v9xQ1g";
    static final String TEXT = "x".repeat(128);
    static final String PUBLISH_REPLY = reply("{\"topic\":\"news\",\"offset\":1000,\"epoch\":\"" + EPOCH + "\"}");
    static final String PUBLICATION = "[null,null,\"" + TOPIC
            + "\",\"message\",{\"topic\":\"news\",\"event\":\"message\",\"payload\":{\"text\":\"" + TEXT
            + "\"},\"offset\":1000,\"epoch\":\"" + EPOCH + "\",\"message_id\":\"" + EPOCH + "-1000\",\"timestamp\":"
            + NOW
            + "}]";

    private CannedFrames() {}

    /** The fourth element of a frame whose first three hold no commas. */
    static String event(String frame) {
        int comma = -1;
        for (int i = 0; i < 3; i++) {
            comma = frame.indexOf(',', comma + 1);
        }
        return frame.substring(comma + 2, frame.indexOf('"', comma + 2));
    }

    private static String[] query() {
        String[] frames = new String[BenchEngine.THOUGHTS + 2];
        frames[0] = reply("{\"ref\":\"" + REF + "\",\"status\":\"processing\"}");
        for (int seq = 1; seq <= BenchEngine.THOUGHTS; seq++) {
            frames[seq] = push(
                    "thought",
                    "{\"ref\":\"" + REF + "\",\"seq\":" + seq + ",\"type\":\"text\",\"content\":\""
                            + BenchEngine.CONTENT + "\",\"timestamp\":" + NOW + "}");
        }
        frames[BenchEngine.THOUGHTS + 1] = push(
                "result",
                "{\"ref\":\"" + REF + "\",\"status\":\"success\",\"data\":{\"answer\":\"" + BenchEngine.ANSWER
                        + "\"},\"latency_ms\":1,\"last_seq\":" + BenchEngine.THOUGHTS + "}");
        return frames;
    }

    private static String reply(String response) {
        return "[\"1\",\"" + REF + "\",\"" + TOPIC + "\",\"phx_reply\",{\"status\":\"ok\",\"response\":" + response
                + "}]";
    }

    private static String push(String event, String payload) {
        return "[\"1\",null,\"" + TOPIC + "\",\"" + event + "\"," + payload + "]";
    }
}
