package io.synapse.routing;

import com.fasterxml.jackson.core.JsonGenerator;
import io.synapse.conversation.ConversationStore.Listing;
import io.synapse.conversation.ConversationStore.Page;
import io.synapse.conversation.ConversationStore.Summary;
import io.synapse.conversation.Turn;
import io.synapse.protocol.Body;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Conversations as clients read them; a part of one is not larger than one message may be. */
final class ConversationBodies {

    /** The memory of the turns in one answer; their text takes less. */
    private static final long MAX_BYTES = 256 * 1024;

    private ConversationBodies() {}

    /** Turns, and the query that runs, if one does. */
    static Body page(String id, Page page, Optional<String> running) {
        List<Turn> all = page.turns();
        int count = 0;
        long bytes = 0;
        // One at least, however large, or a reader would never get past it.
        while (count < all.size() && (count == 0 || bytes + all.get(count).bytes() <= MAX_BYTES)) {
            bytes += all.get(count).bytes();
            count++;
        }
        List<Turn> told = all.subList(0, count);
        boolean more = page.more() || count < all.size();
        return generator -> {
            generator.writeStartObject();
            generator.writeStringField("conversation_id", id);
            if (running.isPresent()) {
                generator.writeStringField("running", running.get());
            }
            generator.writeBooleanField("complete", page.complete());
            generator.writeBooleanField("more", more);
            if (more) {
                generator.writeObjectFieldStart("next");
                generator.writeNumberField("after", page.first() + told.size() - 1);
                generator.writeEndObject();
            }
            generator.writeArrayFieldStart("turns");
            for (int i = 0; i < told.size(); i++) {
                write(generator, page.first() + i, told.get(i));
            }
            generator.writeEndArray();
            generator.writeEndObject();
        };
    }

    private static void write(JsonGenerator generator, long number, Turn turn) throws IOException {
        generator.writeStartObject();
        generator.writeNumberField("turn", number);
        generator.writeStringField("ref", turn.ref());
        generator.writeStringField("q", turn.question());
        generator.writeStringField("answer", turn.answer());
        generator.writeStringField("status", turn.status());
        generator.writeBooleanField("in_context", turn.inContext());
        generator.writeNumberField("started_at", turn.started().toEpochMilli());
        generator.writeNumberField("ended_at", turn.ended().toEpochMilli());
        if (turn.truncatedAtSeq().isPresent()) {
            generator.writeNumberField("truncated_at_seq", turn.truncatedAtSeq().getAsLong());
        }
        generator.writeEndObject();
    }

    /** Which conversations there are. */
    static Body list(Listing listing) {
        List<Summary> told = listing.conversations();
        return generator -> {
            generator.writeStartObject();
            generator.writeBooleanField("more", listing.more());
            if (listing.more()) {
                generator.writeObjectFieldStart("next");
                generator.writeStringField("after", told.get(told.size() - 1).id());
                generator.writeEndObject();
            }
            generator.writeArrayFieldStart("conversations");
            for (Summary summary : told) {
                generator.writeStartObject();
                generator.writeStringField("conversation_id", summary.id());
                generator.writeNumberField("turns", summary.turns());
                generator.writeNumberField("bytes", summary.bytes());
                generator.writeNumberField("last_used", summary.lastUsed().toEpochMilli());
                generator.writeEndObject();
            }
            generator.writeEndArray();
            generator.writeEndObject();
        };
    }
}
