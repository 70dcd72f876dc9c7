package io.synapse.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.engine.Answer;
import io.synapse.protocol.Body;
import io.synapse.protocol.Payloads;
import io.synapse.protocol.RawJson;
import io.synapse.query.QueryEvent.ResultEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Map;

/** Makes results: what an engine found is written once, for all who follow, and kept as text. */
final class ResultBodies {

    private static final JsonFactory JSON = new JsonFactory();

    private ResultBodies() {}

    static ResultEvent encode(String ref, QueryStatus status, Map<String, ?> data, long latency, long lastSeq) {
        // An Answer refuses whatever cannot be written when it is made.
        RawJson written = RawJson.of(Payloads.data(data, Answer.MAX_DEPTH));
        long bytes = (long) QueryEvent.OVERHEAD_BYTES + ref.length() + written.bytes();
        return event(ref, status, written, (int) Math.min(Integer.MAX_VALUE, bytes), latency, lastSeq);
    }

    static ResultEvent event(String ref, QueryStatus status, RawJson data, int bytes, long latency, long lastSeq) {
        boolean truncated = status != QueryStatus.SUCCESS;
        Body body = Payloads.result(ref, status.word(), data, latency, lastSeq, truncated);
        return new ResultEvent(status, data, lastSeq, body, bytes, latency);
    }

    /** Whether data are within a size as JSON in UTF-8. Looks no further than the bound. */
    static boolean fits(Map<String, ?> data, int maxBytes) {
        Count count = new Count(maxBytes);
        try {
            // Not closed if it fails: closing would go on writing.
            JsonGenerator generator = JSON.createGenerator(count);
            Payloads.data(data, Answer.MAX_DEPTH).writeTo(generator);
            generator.close();
        } catch (TooMany e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }

    private static final class TooMany extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private static final class Count extends OutputStream {
        private final long max;
        private long bytes;

        private Count(long max) {
            this.max = max;
        }

        @Override
        public void write(int b) throws TooMany {
            add(1);
        }

        @Override
        public void write(byte[] b, int off, int len) throws TooMany {
            add(len);
        }

        private void add(int count) throws TooMany {
            bytes += count;
            if (bytes > max) {
                throw new TooMany();
            }
        }
    }
}
