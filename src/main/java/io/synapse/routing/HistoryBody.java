package io.synapse.routing;

import io.synapse.protocol.Body;
import io.synapse.protocol.Publication;
import io.synapse.protocol.ServerMessage.Event;
import io.synapse.stream.Broker.Page;
import java.util.List;
import java.util.function.Function;

/** A part of a topic's history, as clients read it; not larger than one message may be. */
public final class HistoryBody {

    private static final int MAX_BYTES = 256 * 1024;
    /** About what a message takes beside its payload. */
    private static final int HEAD_BYTES = 512;

    private HistoryBody() {}

    /**
     * The answer to whoever has asked for it.
     *
     * @param topic its name, as the reader has it
     * @param page what was read
     * @param backwards whether the newest come first
     * @param serves whether the reader may have what is for servers
     * @param format how each message is written
     * @return {@code {topic, offset, epoch, complete, more, next?, messages}}
     */
    public static Body of(
            String topic, Page<Publication> page, boolean backwards, boolean serves, Function<Event, Body> format) {
        List<Publication> all = page.slice().entries();
        int count = 0;
        long bytes = 0;
        // One at least, however large, or a reader would never get past it.
        while (count < all.size()
                && (count == 0 || bytes + all.get(count).payload().bytes() <= MAX_BYTES)) {
            bytes += all.get(count).payload().bytes() + HEAD_BYTES;
            count++;
        }
        boolean cut = count < all.size();
        List<Publication> told = List.copyOf(all.subList(0, count));
        long first = page.slice().first();
        String epoch = page.end().epoch();
        long last = backwards ? first - told.size() + 1 : first + told.size() - 1;
        boolean more = backwards
                ? cut || page.slice().complete() && !told.isEmpty() && last > 1
                : last < page.end().offset();
        // Backwards, a gap is behind what was read: whoever gets only a part of that meets it later.
        boolean complete = page.slice().complete() || backwards && cut;
        return generator -> {
            generator.writeStartObject();
            generator.writeStringField("topic", topic);
            generator.writeNumberField("offset", page.end().offset());
            generator.writeStringField("epoch", epoch);
            generator.writeBooleanField("complete", complete);
            generator.writeBooleanField("more", more);
            if (more) {
                // All that was read may be hidden from this reader.
                generator.writeObjectFieldStart("next");
                generator.writeNumberField("offset", last);
                generator.writeStringField("epoch", epoch);
                generator.writeEndObject();
            }
            generator.writeArrayFieldStart("messages");
            boolean local = page.end().isLocal();
            for (int i = 0; i < told.size(); i++) {
                if (told.get(i).isForServers() && !serves) {
                    continue;
                }
                long offset = backwards ? first - i : first + i;
                format.apply(new Event(null, topic, epoch, offset, local, told.get(i)))
                        .writeTo(generator);
            }
            generator.writeEndArray();
            generator.writeEndObject();
        };
    }
}
