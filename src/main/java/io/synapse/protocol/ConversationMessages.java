package io.synapse.protocol;

import io.synapse.protocol.ClientMessage.DeleteConversation;
import io.synapse.protocol.ClientMessage.ListConversations;
import io.synapse.protocol.ClientMessage.OfConversation;
import io.synapse.protocol.ClientMessage.ReadConversation;
import io.synapse.protocol.Fields.WrongField;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** What a client can say about conversations: which fields each message must hold. */
final class ConversationMessages {

    private static final String ID = "conversation_id";
    private static final String RULE = "double_texting";
    private static final int MAX_LENGTH = 128;
    private static final int MAX_WORD = 32;
    private static final int MAX_PAGE = 1_000_000;
    private static final Pattern PRINTABLE = Pattern.compile("[^\\p{Cntrl}\\p{Cs}]{1," + MAX_LENGTH + "}");

    private ConversationMessages() {}

    /** What a query says of its conversation; empty if it is of none. */
    static Optional<OfConversation> ofQuery(Fields fields) throws WrongField {
        Optional<String> id = id(fields, ID);
        Optional<String> rule = fields.text(RULE, MAX_WORD);
        if (rule.isPresent() && id.isEmpty()) {
            throw new WrongField(RULE + " needs a " + ID);
        }
        return id.map(known -> new OfConversation(known, rule));
    }

    static Inbound read(Address address, Fields fields) throws WrongField {
        Optional<String> id = id(fields, ID);
        long after = fields.integer("after", 0, Long.MAX_VALUE).orElse(0);
        OptionalInt limit = limit(fields);
        return id.<Inbound>map(known -> new ReadConversation(address, known, after, limit))
                .orElseGet(() -> missing(address));
    }

    static Inbound list(Address address, Fields fields) throws WrongField {
        return new ListConversations(address, id(fields, "after"), limit(fields));
    }

    static Inbound delete(Address address, Fields fields) throws WrongField {
        return id(fields, ID)
                .<Inbound>map(known -> new DeleteConversation(address, known))
                .orElseGet(() -> missing(address));
    }

    private static Invalid missing(Address address) {
        return new Invalid(address, Invalid.Kind.PAYLOAD, Reasons.missing(ID), "");
    }

    private static Optional<String> id(Fields fields, String name) throws WrongField {
        Optional<String> id = fields.text(name, MAX_LENGTH);
        if (id.isPresent()
                && (id.get().isBlank() || !PRINTABLE.matcher(id.get()).matches())) {
            throw new WrongField(name + " must be printable text and not blank");
        }
        return id;
    }

    private static OptionalInt limit(Fields fields) throws WrongField {
        OptionalLong limit = fields.integer("limit", 1, MAX_PAGE);
        return limit.isPresent() ? OptionalInt.of((int) limit.getAsLong()) : OptionalInt.empty();
    }
}
