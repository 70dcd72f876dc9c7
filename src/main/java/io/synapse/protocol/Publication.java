package io.synapse.protocol;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.function.Supplier;

/**
 * What was published on a topic, shared by everyone who receives it, with the frames it was written into. It belongs to
 * one place of one topic, as those frames do. Safe for use by many threads.
 *
 * <p><b>Encoded once.</b> Receivers that speak the same way get the same frame: the first of them writes it. There are
 * places for {@value #PLACES} ways; their memory is counted in {@link #bytes()} from the start.
 */
public final class Publication {

    /** How many ways of writing it are kept. */
    static final int PLACES = 5;

    /** The objects, and what frames hold beside event and payload. */
    private static final int OVERHEAD_BYTES = 512;

    /** No event holds it. */
    private static final char SEPARATOR = 0;

    private final String event;
    private final RawJson payload;
    private final long timestamp;
    private final boolean forServers;
    private final Object[] ways = new Object[PLACES];
    private final EncodedFrame[] frames = new EncodedFrame[PLACES];
    private int next;

    /**
     * A publication.
     *
     * @param event what it is
     * @param payload what it holds
     * @param timestamp epoch milliseconds
     */
    public Publication(String event, RawJson payload, long timestamp) {
        this(event, payload, timestamp, false);
    }

    private Publication(String event, RawJson payload, long timestamp, boolean forServers) {
        this.event = event;
        this.payload = payload;
        this.timestamp = timestamp;
        this.forServers = forServers;
    }

    /**
     * A publication for those only who serve its topic.
     *
     * @param event what it is
     * @param payload what it holds
     * @param timestamp epoch milliseconds
     * @return the publication
     */
    public static Publication forServers(String event, RawJson payload, long timestamp) {
        return new Publication(event, payload, timestamp, true);
    }

    /**
     * How it stands outside this node's memory.
     *
     * @return for {@link #ofStored}
     */
    public byte[] stored() {
        String head = (forServers ? 'S' : 'A') + Long.toString(timestamp) + SEPARATOR + event + SEPARATOR;
        return (head + payload.text()).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads one again, of this node or of another.
     *
     * @param stored what {@link #stored} gave
     * @return the publication
     * @throws IllegalArgumentException if it is no publication
     */
    public static Publication ofStored(byte[] stored) {
        String text = new String(stored, StandardCharsets.UTF_8);
        int time = text.indexOf(SEPARATOR);
        int event = text.indexOf(SEPARATOR, time + 1);
        if (time < 1 || event < 0) {
            throw new IllegalArgumentException("no publication");
        }
        return new Publication(
                text.substring(time + 1, event),
                new RawJson(text.substring(event + 1)),
                Long.parseLong(text.substring(1, time)),
                text.charAt(0) == 'S');
    }

    /**
     * Who receives it.
     *
     * @return true if only those do who serve the topic
     */
    public boolean isForServers() {
        return forServers;
    }

    /**
     * What it is.
     *
     * @return the event's name
     */
    public String event() {
        return event;
    }

    /**
     * What it holds.
     *
     * @return any JSON value
     */
    public RawJson payload() {
        return payload;
    }

    /**
     * When it was published.
     *
     * @return epoch milliseconds
     */
    public long timestamp() {
        return timestamp;
    }

    /**
     * The memory it takes, with its frames.
     *
     * @return bytes, roughly
     */
    public int bytes() {
        long text = event.length() + (long) payload.text().length();
        return (int) Math.min(Integer.MAX_VALUE, OVERHEAD_BYTES + (1 + PLACES) * text);
    }

    /**
     * What it says, event and payload, in a text of fixed length: equal if and only if these are, letter by letter.
     *
     * @return a digest
     */
    public String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(event.getBytes(StandardCharsets.UTF_8));
            // No event holds this, so nothing can be moved from one to the other.
            digest.update((byte) 0);
            digest.update(payload.text().getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().withoutPadding().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The frame for one way of writing it, written now if this is the first time. */
    synchronized EncodedFrame frame(Object way, Supplier<EncodedFrame> writer) {
        for (int i = 0; i < PLACES; i++) {
            if (way.equals(ways[i])) {
                return frames[i];
            }
        }
        EncodedFrame written = writer.get();
        ways[next] = way;
        frames[next] = written;
        next = (next + 1) % PLACES;
        return written;
    }
}
