package io.synapse.cluster.redis;

import io.synapse.query.QueryId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Several texts as one, each after its length in bytes and a colon, as scripts write them; for one, names of queries. */
final class QueryNames {

    private QueryNames() {}

    static String of(QueryId id) {
        return part(id.tenant()) + part(id.agent()) + part(id.ref());
    }

    private static String part(String text) {
        return Script.bytes(text).length + ":" + text;
    }

    static QueryId parse(String name) {
        List<String> parts = split(Script.bytes(name));
        return new QueryId(parts.get(0), parts.get(1), parts.get(2));
    }

    static List<String> split(byte[] joined) {
        List<String> texts = new ArrayList<>();
        int at = 0;
        while (at < joined.length) {
            int length = 0;
            while (joined[at] != ':') {
                length = length * 10 + joined[at] - '0';
                at++;
            }
            texts.add(new String(joined, at + 1, length, StandardCharsets.UTF_8));
            at += 1 + length;
        }
        return texts;
    }
}
