package io.synapse.endpoint.rest;

import io.synapse.protocol.JsonValues;
import io.synapse.protocol.RawJson;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Answers that nobody may keep. */
final class Answers {

    private Answers() {}

    static Response of(Response.Status status, Map<String, Object> fields) {
        return of(status, JsonValues.write(fields));
    }

    static Response of(Response.Status status, RawJson json) {
        CacheControl never = new CacheControl();
        never.setNoStore(true);
        // Bytes: a text could be taken for a value that is yet to be written as JSON.
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .cacheControl(never)
                .entity(json.text().getBytes(StandardCharsets.UTF_8))
                .build();
    }

    /** A time as the REST side tells it; null for none. */
    static Long millis(Optional<Instant> time) {
        return time.map(Instant::toEpochMilli).orElse(null);
    }
}
