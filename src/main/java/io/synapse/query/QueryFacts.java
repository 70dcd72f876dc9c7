package io.synapse.query;

import io.synapse.protocol.OnDisconnect;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What other nodes have to know of a query beside its stream. What is asked is known by its digest only. Immutable.
 *
 * @param digest of what is asked: equal for equal requests only
 * @param subject who alone may know of it, if it is of a conversation
 * @param channel the channel it was asked on, if it was
 * @param isCall whether it is a call of a tool
 * @param isLeftAlone whether it goes on when nobody follows it
 * @param accepted when it was accepted
 * @param timeout how long it may take from then
 */
public record QueryFacts(
        String digest,
        Optional<String> subject,
        Optional<String> channel,
        boolean isCall,
        boolean isLeftAlone,
        Instant accepted,
        Duration timeout) {

    private static final int PARTS = 7;

    static QueryFacts of(QueryRequest request, Instant accepted) {
        return new QueryFacts(
                digest(request),
                request.conversation().map(of -> of.key().subject()),
                request.channel(),
                request.tool().isPresent(),
                request.onDisconnect().equals(OnDisconnect.CONTINUE),
                accepted,
                request.timeout());
    }

    /** The digest of what is asked, by everything that {@link QueryRequest#asksTheSame} compares. */
    static String digest(QueryRequest request) {
        String asked = Netstrings.join(List.of(
                request.question(),
                request.tool().map(name -> '+' + name).orElse(""),
                Integer.toString(request.priority()),
                Long.toString(request.timeout().toMillis()),
                request.pace().toString(),
                request.onDisconnect().toString(),
                request.conversation()
                        .map(of -> Netstrings.join(List.of(
                                of.key().subject(), of.key().agent(), of.key().id())))
                        .orElse("")));
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(asked.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * As text, for another node.
     *
     * @return what {@link #parse} reads
     */
    public String text() {
        return Netstrings.join(List.of(
                digest,
                subject.map(name -> '+' + name).orElse(""),
                channel.map(name -> '+' + name).orElse(""),
                Boolean.toString(isCall),
                Boolean.toString(isLeftAlone),
                Long.toString(accepted.toEpochMilli()),
                Long.toString(timeout.toMillis())));
    }

    /**
     * Reads what another node has written.
     *
     * @param text of {@link #text}
     * @return the facts
     * @throws IllegalArgumentException if it is something else
     */
    public static QueryFacts parse(String text) {
        List<String> parts = Netstrings.split(text);
        if (parts.size() != PARTS) {
            throw new IllegalArgumentException("not the facts of a query");
        }
        return new QueryFacts(
                parts.get(0),
                optional(parts.get(1)),
                optional(parts.get(2)),
                Boolean.parseBoolean(parts.get(3)),
                Boolean.parseBoolean(parts.get(4)),
                Instant.ofEpochMilli(Long.parseLong(parts.get(5))),
                Duration.ofMillis(Long.parseLong(parts.get(6))));
    }

    private static Optional<String> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text.substring(1));
    }
}
