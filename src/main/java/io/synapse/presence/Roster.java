package io.synapse.presence;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The members of one topic as they are, and those that are listed as watchers know them. Not thread-safe: the topic's
 * lock guards it.
 */
final class Roster {

    private final String topic;
    private final int maxListed;
    private final NavigableSet<Member> listed = new TreeSet<>(Member.BY_COMING);
    private final NavigableSet<Member> unlisted = new TreeSet<>(Member.BY_COMING);
    private final Map<String, Integer> membersOfKey = new HashMap<>();
    private final Map<Member, PresenceMeta> published = new LinkedHashMap<>();
    private PresenceCounts publishedCounts = PresenceCounts.NONE;
    /** Those in which {@code listed} and {@code published} may differ; all of them are in one of the two. */
    private final Set<Member> touched = new LinkedHashSet<>();

    Roster(String topic, int maxListed) {
        this.topic = topic;
        this.maxListed = maxListed;
    }

    void add(Member member) {
        membersOfKey.merge(member.key(), 1, Integer::sum);
        Member lastListed = listed.size() < maxListed ? null : listed.last();
        if (lastListed != null && Member.BY_COMING.compare(member, lastListed) > 0) {
            unlisted.add(member);
            return;
        }
        listed.add(member);
        touched.add(member);
        // One of another node, of whom this one hears late.
        if (lastListed != null) {
            listed.remove(lastListed);
            unlisted.add(lastListed);
            touch(lastListed);
        }
    }

    // One whom watchers have never known needs no look.
    private void touch(Member gone) {
        if (published.containsKey(gone)) {
            touched.add(gone);
        } else {
            touched.remove(gone);
        }
    }

    /** A member has a new meta. */
    void changed(Member member) {
        if (listed.contains(member)) {
            touched.add(member);
        }
    }

    void remove(Member member) {
        membersOfKey.computeIfPresent(member.key(), (key, count) -> count == 1 ? null : count - 1);
        if (unlisted.remove(member)) {
            return;
        }
        listed.remove(member);
        touch(member);
        Member next = unlisted.pollFirst();
        if (next != null) {
            listed.add(next);
            touched.add(next);
        }
    }

    int size() {
        return listed.size() + unlisted.size();
    }

    PresenceCounts counts() {
        return new PresenceCounts(size(), membersOfKey.size(), !unlisted.isEmpty());
    }

    /** Whether watchers do not know everything. */
    boolean isDirty() {
        return !touched.isEmpty() || !publishedCounts.equals(counts());
    }

    /** The ref under which watchers know a member, or null. */
    String publishedRef(Member member) {
        PresenceMeta meta = published.get(member);
        return meta == null ? null : meta.ref();
    }

    /** Makes what is so what watchers know, and tells the difference; null if there is none. */
    PresenceDiff publish() {
        Map<String, List<PresenceMeta>> joins = new LinkedHashMap<>();
        Map<String, List<PresenceMeta>> leaves = new LinkedHashMap<>();
        for (Member member : touched) {
            PresenceMeta before = published.get(member);
            PresenceMeta now = listed.contains(member) ? member.meta() : null;
            if (before == now) {
                continue;
            }
            if (before != null) {
                add(leaves, member.key(), before);
            }
            if (now != null) {
                add(joins, member.key(), now);
                published.put(member, now);
            } else {
                published.remove(member);
            }
        }
        touched.clear();
        PresenceCounts counts = counts();
        boolean recounted = !counts.equals(publishedCounts);
        publishedCounts = counts;
        return joins.isEmpty() && leaves.isEmpty() && !recounted
                ? null
                : new PresenceDiff(topic, joins, leaves, counts);
    }

    /** What watchers know. */
    PresenceState publishedState() {
        Map<String, List<PresenceMeta>> byKey = new LinkedHashMap<>();
        published.forEach((member, meta) -> add(byKey, member.key(), meta));
        return new PresenceState(byKey, publishedCounts);
    }

    /** What is so. */
    PresenceState state() {
        Map<String, List<PresenceMeta>> byKey = new LinkedHashMap<>();
        listed.forEach(member -> add(byKey, member.key(), member.meta()));
        return new PresenceState(byKey, counts());
    }

    private static void add(Map<String, List<PresenceMeta>> byKey, String key, PresenceMeta meta) {
        byKey.computeIfAbsent(key, unused -> new ArrayList<>()).add(meta);
    }
}
