package io.synapse.security.audit;

import io.synapse.platform.Timers;
import io.synapse.security.Audit;
import io.synapse.security.AuditEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The audit log. What a client can repeat as often as it likes is written down a few times a minute, and how often it happened
 * after that as one line at the end of that minute, so that nobody can fill a disk with it. Safe for use by many threads.
 */
public final class AuditLog implements Audit {

    /** The logger, for which a server may have a file of its own. */
    public static final String LOGGER = "io.synapse.audit";

    /** Lines of one kind, of one client, until the rest of them is counted only. */
    static final int REFUSED_LINES = 3;

    static final int ACCEPTED_LINES = 60;

    /** Clients, each counted by itself; all others are counted together. */
    static final int MAX_COUNTED = 1000;

    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final String OTHERS = "others";

    /** What is alike is counted together. */
    private record Kind(AuditEvent.Name name, AuditEvent.Outcome outcome, String address, String subject) {}

    private static final class Tally {
        private AuditEvent last;
        private int written;
        private long counted;
    }

    private final Consumer<String> out;
    private final Clock clock;
    private final Timers timers;
    private final Map<Kind, Tally> tallies = new HashMap<>();

    /**
     * A log.
     *
     * @param out takes each line; does not throw
     * @param clock tells the time
     * @param timers says when what was counted is written
     */
    public AuditLog(Consumer<String> out, Clock clock, Timers timers) {
        this.out = out;
        this.clock = clock;
        this.timers = timers;
    }

    /**
     * A log that goes where the server's logger {@value #LOGGER} goes.
     *
     * @param clock tells the time
     * @param timers says when what was counted is written
     * @return the log
     */
    public static AuditLog ofServer(Clock clock, Timers timers) {
        System.Logger logger = System.getLogger(LOGGER);
        return new AuditLog(line -> logger.log(System.Logger.Level.INFO, line), clock, timers);
    }

    @Override
    public void record(AuditEvent event) {
        if (event.name().isAdmin() || isFirst(event)) {
            out.accept(AuditLine.of(event, clock.instant(), 0));
        }
    }

    private synchronized boolean isFirst(AuditEvent event) {
        String subject =
                event.who().map(who -> who.tenant() + ":" + who.subject()).orElse("");
        Kind kind = new Kind(event.name(), event.outcome(), event.address(), subject);
        Tally tally = tallies.get(kind);
        if (tally == null) {
            if (tallies.isEmpty()) {
                timers.after(INTERVAL, this::flush);
            }
            Kind counted = tallies.size() < MAX_COUNTED ? kind : new Kind(event.name(), event.outcome(), OTHERS, "");
            tally = tallies.computeIfAbsent(counted, none -> new Tally());
        }
        int lines = event.outcome() == AuditEvent.Outcome.REFUSED ? REFUSED_LINES : ACCEPTED_LINES;
        if (tally.written < lines) {
            tally.written++;
            return true;
        }
        tally.counted++;
        tally.last = event;
        return false;
    }

    /** Writes down what was counted and not yet written. */
    public void flush() {
        List<Map.Entry<Kind, Tally>> counted;
        synchronized (this) {
            counted = tallies.entrySet().stream()
                    .filter(entry -> entry.getValue().counted > 0)
                    .toList();
            tallies.clear();
        }
        counted.forEach(entry -> {
            Tally tally = entry.getValue();
            AuditEvent event = entry.getKey().address().equals(OTHERS)
                    ? new AuditEvent(tally.last.name(), tally.last.outcome(), Optional.empty(), OTHERS, Map.of())
                    : tally.last;
            out.accept(AuditLine.of(event, clock.instant(), tally.counted));
        });
    }
}
