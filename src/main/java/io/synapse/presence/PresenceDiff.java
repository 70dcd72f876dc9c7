package io.synapse.presence;

import io.synapse.protocol.ServerMessage;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What has changed on a topic since the last diff. An update is a join of the new meta and a leave of the old one. */
public final class PresenceDiff implements PresenceNews {

    private final Map<String, List<PresenceMeta>> joins;
    private final Map<String, List<PresenceMeta>> leaves;
    private final PresenceCounts counts;
    private final ServerMessage message;

    /**
     * A diff.
     *
     * @param topic of whom
     * @param joins the metas that have come, by key; given away
     * @param leaves the metas that have gone, by key; given away
     * @param counts how many there are now, listed or not
     */
    PresenceDiff(
            String topic,
            Map<String, List<PresenceMeta>> joins,
            Map<String, List<PresenceMeta>> leaves,
            PresenceCounts counts) {
        this.joins = Collections.unmodifiableMap(joins);
        this.leaves = Collections.unmodifiableMap(leaves);
        this.counts = counts;
        this.message = new ServerMessage.Push(
                null, topic, "presence_diff", generator -> PresenceBodies.diff(generator, this.joins, this.leaves));
    }

    /**
     * The metas that have come, by key.
     *
     * @return may be empty
     */
    public Map<String, List<PresenceMeta>> joins() {
        return joins;
    }

    /**
     * The metas that have gone, by key.
     *
     * @return may be empty
     */
    public Map<String, List<PresenceMeta>> leaves() {
        return leaves;
    }

    @Override
    public PresenceCounts counts() {
        return counts;
    }

    /**
     * Whether only the counts have changed.
     *
     * @return true if nobody who is listed has come or gone
     */
    public boolean isEmpty() {
        return joins.isEmpty() && leaves.isEmpty();
    }

    /**
     * The broadcast {@code presence_diff}.
     *
     * @return the same message for every watcher
     */
    public ServerMessage message() {
        return message;
    }
}
