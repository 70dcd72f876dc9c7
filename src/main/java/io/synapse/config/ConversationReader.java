package io.synapse.config;

import java.time.Duration;

/** Reads what the configuration says of conversations. */
final class ConversationReader {

    private static final int MIB = 1024 * 1024;
    private static final String DOUBLE_TEXTING = "synapse.conversation.double-texting";

    private final ConfigReader reader;

    ConversationReader(ConfigReader reader) {
        this.reader = reader;
    }

    ConversationConfig read() {
        return new ConversationConfig(
                doubleTexting(),
                reader.integer("synapse.conversation.max-waiting", 0, 10_000),
                reader.integer("synapse.conversation.turns", 1, 100_000),
                reader.integer("synapse.conversation.bytes", 1024, 1024 * MIB),
                reader.integer("synapse.conversation.max", 1, 10_000_000),
                reader.integer("synapse.conversation.max-per-subject", 1, 10_000_000),
                reader.integer("synapse.conversation.total-bytes", 1024, Integer.MAX_VALUE),
                reader.duration("synapse.conversation.keep", Duration.ofSeconds(1), Duration.ofDays(365)),
                reader.integer("synapse.conversation.page-size", 1, 10_000));
    }

    private DoubleTexting doubleTexting() {
        String word = reader.required(DOUBLE_TEXTING);
        return DoubleTexting.of(word)
                .orElseThrow(() -> new ConfigException(DOUBLE_TEXTING, "must be " + DoubleTexting.WORDS + ": " + word));
    }
}
