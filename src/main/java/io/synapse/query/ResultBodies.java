package io.synapse.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.engine.Answer;
import io.synapse.protocol.Body;
import io.synapse.protocol.Payloads;
import io.synapse.query.QueryEvent.ResultEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** Makes results and tells their size, by writing them once into nothing. */
final class ResultBodies {

    private static final JsonFactory JSON = new JsonFactory();

    private ResultBodies() {}

    static ResultEvent encode(String ref, QueryStatus status, Map<String, ?> data, long latency, long lastSeq) {
        boolean truncated = status != QueryStatus.SUCCESS;
        Body body = Payloads.result(ref, status.word(), data, Answer.MAX_DEPTH, latency, lastSeq, truncated);
        Count count = new Count();
        try (JsonGenerator generator = JSON.createGenerator(count)) {
            body.writeTo(generator);
        } catch (IOException e) {
            // An Answer refuses whatever cannot be written when it is made.
            throw new UncheckedIOException(e);
        }
        return new ResultEvent(
                status, body, (int) Math.min(Integer.MAX_VALUE, count.bytes + QueryEvent.OVERHEAD_BYTES));
    }

    private static final class Count extends OutputStream {
        private long bytes;

        @Override
        public void write(int b) {
            bytes++;
        }

        @Override
        public void write(byte[] b, int off, int len) {
            bytes += len;
        }
    }
}
