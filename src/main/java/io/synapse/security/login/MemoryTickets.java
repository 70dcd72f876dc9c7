package io.synapse.security.login;

import io.synapse.config.LoginConfig;
import io.synapse.security.Identity;
import io.synapse.security.Revocations;
import io.synapse.security.Secrets;
import java.time.Clock;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The tickets of one node, in its memory, as their hashes only. Safe for use by many threads. */
public final class MemoryTickets implements Tickets {

    private record Entry(Identity identity, Instant end) {}

    private final LoginConfig config;
    private final Clock clock;
    private final Secrets secrets;
    /** All last equally long, so the order in which they came is the order in which they end. */
    private final Map<String, Entry> byHash = new LinkedHashMap<>();

    /**
     * No tickets.
     *
     * @param config the bounds
     * @param clock tells the time
     * @param secrets makes tickets
     * @param revocations tells what tickets are not good any more
     */
    public MemoryTickets(LoginConfig config, Clock clock, Secrets secrets, Revocations revocations) {
        this.config = config;
        this.clock = clock;
        this.secrets = secrets;
        revocations.subscribe(this::revoked);
    }

    @Override
    public Optional<Issued> issue(Identity identity) {
        Instant now = clock.instant();
        Instant end = now.plus(config.ticketLifetime());
        String ticket = Secrets.Prefix.TICKET.letters() + secrets.next();
        synchronized (this) {
            sweep(now);
            if (byHash.size() >= config.maxTickets()) {
                return Optional.empty();
            }
            byHash.put(Secrets.hash(ticket), new Entry(identity, end));
        }
        return Optional.of(new Issued(ticket, end));
    }

    @Override
    public Optional<Identity> identify(String ticket) {
        if (!ticket.startsWith(Secrets.Prefix.TICKET.letters())) {
            return Optional.empty();
        }
        String hash = Secrets.hash(ticket);
        Instant now = clock.instant();
        Entry taken;
        synchronized (this) {
            taken = byHash.remove(hash);
        }
        return Optional.ofNullable(taken)
                .filter(entry -> entry.end().isAfter(now))
                .map(Entry::identity)
                .filter(identity -> identity.credential()
                        .expiresAt()
                        .map(end -> end.isAfter(now))
                        .orElse(true));
    }

    private synchronized void revoked(String source) {
        byHash.values().removeIf(entry -> entry.identity().credential().source().equals(source));
    }

    private void sweep(Instant now) {
        Iterator<Entry> oldest = byHash.values().iterator();
        while (oldest.hasNext() && !oldest.next().end().isAfter(now)) {
            oldest.remove();
        }
    }
}
