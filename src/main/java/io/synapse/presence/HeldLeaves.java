package io.synapse.presence;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The members of one topic whose leave is held back, in the order in which they left; the grace is the same for all, so
 * that is the order in which it ends. Not thread-safe: the topic's lock guards it.
 */
final class HeldLeaves {

    private final long graceNanos;
    private final Map<Member, Long> leftAt = new LinkedHashMap<>();
    private final Map<PresenceOwner, Deque<Member>> byOwner = new HashMap<>();

    HeldLeaves(Duration grace) {
        graceNanos = grace.toNanos();
    }

    void add(Member member, long now) {
        leftAt.put(member, now);
        byOwner.computeIfAbsent(member.owner(), unused -> new ArrayDeque<>()).addLast(member);
    }

    /** The place that one who comes back takes: that of his which was left last; null if there is none. */
    Member takeBack(PresenceOwner owner) {
        Deque<Member> places = byOwner.get(owner);
        if (places == null) {
            return null;
        }
        Member member = places.removeLast();
        if (places.isEmpty()) {
            byOwner.remove(owner);
        }
        leftAt.remove(member);
        return member;
    }

    /** As {@link #takeBack}, of a place that is not on this node. */
    Member takeBackFromOther(PresenceOwner owner, String self) {
        Deque<Member> places = byOwner.getOrDefault(owner, new ArrayDeque<>());
        Iterator<Member> lastFirst = places.descendingIterator();
        while (lastFirst.hasNext()) {
            Member member = lastFirst.next();
            if (!member.node().equals(self)) {
                remove(member);
                return member;
            }
        }
        return null;
    }

    /** No more held back. */
    void remove(Member member) {
        if (leftAt.remove(member) == null) {
            return;
        }
        Deque<Member> places = byOwner.get(member.owner());
        places.remove(member);
        if (places.isEmpty()) {
            byOwner.remove(member.owner());
        }
    }

    boolean contains(Member member) {
        return leftAt.containsKey(member);
    }

    /** The one that left first, taken out; null if there is none. */
    Member takeFirst() {
        Iterator<Member> first = leftAt.keySet().iterator();
        if (!first.hasNext()) {
            return null;
        }
        Member member = first.next();
        first.remove();
        Deque<Member> places = byOwner.get(member.owner());
        places.removeFirst();
        if (places.isEmpty()) {
            byOwner.remove(member.owner());
        }
        return member;
    }

    /** What is left of the grace of the one that left first; zero or less if it is over, null if there is none. */
    Duration firstEndsIn(long now) {
        Iterator<Long> first = leftAt.values().iterator();
        return first.hasNext() ? Duration.ofNanos(graceNanos - (now - first.next())) : null;
    }
}
