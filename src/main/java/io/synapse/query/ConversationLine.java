package io.synapse.query;

import io.synapse.config.DoubleTexting;
import io.synapse.conversation.Turn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The queries of one conversation, in the order in which they came. Guarded by the gate's lock. */
final class ConversationLine {

    /** One query in the line, until its turn is recorded. */
    static final class Ticket {
        private final RunningQuery query;
        private final DoubleTexting rule;
        private Admission admission;
        private boolean granted;
        private boolean rolledBack;
        private boolean forgotten;
        private Turn ended;

        private Ticket(RunningQuery query, DoubleTexting rule) {
            this.query = query;
            this.rule = rule;
        }

        RunningQuery query() {
            return query;
        }

        DoubleTexting rule() {
            return rule;
        }

        Admission admission() {
            return admission;
        }

        void begins(Admission way) {
            admission = way;
        }

        /** Its turn must not be in the conversation, if it is interrupted. */
        void rollBack() {
            rolledBack = true;
        }

        /** Its turn must not be in the conversation, however it ends. */
        void forget() {
            forgotten = true;
        }

        boolean isForgotten() {
            return forgotten;
        }

        boolean isRolledBack() {
            return rolledBack && ended.status().equals(QueryStatus.INTERRUPTED.word());
        }

        boolean hasEnded() {
            return ended != null;
        }

        void ends(Turn turn) {
            ended = turn;
        }

        /** What it was, once it has ended. */
        Turn turn() {
            return ended;
        }

        private boolean waits() {
            return admission != null && !granted && !hasEnded();
        }
    }

    private final Deque<Ticket> tickets = new ArrayDeque<>();

    /** Whether somebody records turns now: one at a time, so that they are recorded in order. */
    private boolean recording;

    Ticket add(RunningQuery query, DoubleTexting rule) {
        Ticket ticket = new Ticket(query, rule);
        tickets.addLast(ticket);
        return ticket;
    }

    /** The ticket of a query; null if it has none any more. */
    Ticket of(RunningQuery query) {
        for (Ticket ticket : tickets) {
            if (ticket.query == query) {
                return ticket;
            }
        }
        return null;
    }

    /** Those that have not ended and are before another one, the last first. */
    List<Ticket> before(Ticket other) {
        List<Ticket> before = new ArrayList<>();
        for (Ticket ticket : tickets) {
            if (ticket == other) {
                break;
            }
            if (!ticket.hasEnded()) {
                before.add(0, ticket);
            }
        }
        return before;
    }

    /** The query that all others wait for. */
    Optional<RunningQuery> current() {
        return tickets.stream()
                .filter(ticket -> !ticket.hasEnded())
                .map(Ticket::query)
                .findFirst();
    }

    /** Those that wait for others. */
    List<Ticket> waiting() {
        return tickets.stream().filter(Ticket::waits).toList();
    }

    /** How many there are, with those whose turn is to be recorded. */
    int size() {
        return tickets.size();
    }

    List<Ticket> all() {
        return List.copyOf(tickets);
    }

    /** Lets the first one go on, if it waits for that; null if it does not. */
    Ticket grant() {
        Ticket first = tickets.peekFirst();
        if (first == null || !first.waits()) {
            return null;
        }
        first.granted = true;
        return first;
    }

    /** The first one, if it has ended and nobody records: it is the caller's to record; null otherwise. */
    Ticket startRecording() {
        Ticket first = tickets.peekFirst();
        if (recording || first == null || !first.hasEnded()) {
            return null;
        }
        recording = true;
        return first;
    }

    /** The first one is recorded, and gone. */
    void recorded() {
        recording = false;
        tickets.removeFirst();
    }
}
