package io.synapse.bench.endurance;

/** Frames of a client on the topic {@code cortex:bench}, in version 2. */
final class Messages {

    private Messages() {}

    static String join(String ref) {
        return frame(ref, "phx_join", "{\"api_key\":\"test_key\",\"presence\":false}");
    }

    /** A query whose engine emits so many thoughts of so many characters, with a pause before each next one. */
    static String stream(String mark, String ref, int thoughts, int pauseMillis, int chars, int timeoutSeconds) {
        return frame(
                mark,
                "query",
                "{\"q\":\"stream %d %d %d\",\"ref\":\"%s\",\"timeout\":%d}"
                        .formatted(thoughts, pauseMillis, chars, ref, timeoutSeconds * 1000));
    }

    static String resume(String mark, String ref) {
        return frame(mark, "resume", "{\"ref\":\"" + ref + "\"}");
    }

    static String interrupt(String mark, String ref) {
        return frame(mark, "interrupt", "{\"ref\":\"" + ref + "\"}");
    }

    static String subscribe(String mark, String topic) {
        return frame(mark, "subscribe", "{\"topic\":\"" + topic + "\"}");
    }

    static String publish(String mark, String topic, String payload) {
        return frame(
                mark, "publish", "{\"topic\":\"%s\",\"event\":\"item\",\"payload\":\"%s\"}".formatted(topic, payload));
    }

    static String heartbeat(String mark) {
        return "[null,\"" + mark + "\",\"phoenix\",\"heartbeat\",{}]";
    }

    private static String frame(String mark, String event, String payload) {
        return "[\"1\",\"" + mark + "\",\"cortex:bench\",\"" + event + "\"," + payload + "]";
    }
}
