package io.synapse.cluster.redis;

import io.lettuce.core.SetArgs;
import io.synapse.config.LoginConfig;
import io.synapse.security.Identity;
import io.synapse.security.Secrets;
import io.synapse.security.login.MemoryTickets;
import io.synapse.security.login.Tickets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Tickets that are good on any node, as their hashes only. Reading one and taking it away is one step of Redis: of many who show
 * the same, on however many nodes, one is told. A ticket whose credential has been revoked meanwhile is good for nobody. While
 * Redis is away a ticket is good on the node that made it. Safe for use by many threads; waits for Redis, for a bounded time.
 */
public final class RedisTickets implements Tickets {

    private final MemoryTickets local;
    private final LoginConfig config;
    private final Clock clock;
    private final Secrets secrets;
    private final RedisLink link;
    private final Waiting waiting;
    /** When the tickets of this node end, in the order in which they do. */
    private final Deque<Instant> ends = new ArrayDeque<>();

    /**
     * Tickets of all nodes.
     *
     * @param local makes and takes them while Redis is away
     * @param config the bounds, of this node's tickets
     * @param clock tells the time
     * @param secrets makes tickets
     * @param link to Redis
     * @param timeout how long somebody waits
     */
    public RedisTickets(
            MemoryTickets local, LoginConfig config, Clock clock, Secrets secrets, RedisLink link, Duration timeout) {
        this.local = local;
        this.config = config;
        this.clock = clock;
        this.secrets = secrets;
        this.link = link;
        waiting = new Waiting(timeout);
    }

    private String key(String ticket) {
        return link.keys().of("ticket", Secrets.hash(ticket));
    }

    @Override
    public Optional<Issued> issue(Identity identity) {
        Instant now = clock.instant();
        Instant end = now.plus(config.ticketLifetime());
        synchronized (this) {
            while (!ends.isEmpty() && !ends.peek().isAfter(now)) {
                ends.remove();
            }
            if (ends.size() >= config.maxTickets()) {
                return Optional.empty();
            }
            ends.add(end);
        }
        String ticket = Secrets.Prefix.TICKET.letters() + secrets.next();
        byte[] value = JsonTree.write(IdentityJson.tree(identity));
        try {
            waiting.forIt(link.call(redis -> redis.set(
                    key(ticket),
                    value,
                    SetArgs.Builder.px(config.ticketLifetime().toMillis()))));
        } catch (RedisAwayException e) {
            return local.issue(identity);
        }
        return Optional.of(new Issued(ticket, end));
    }

    @Override
    public Optional<Identity> identify(String ticket) {
        if (!ticket.startsWith(Secrets.Prefix.TICKET.letters())) {
            return Optional.empty();
        }
        Optional<Identity> here = local.identify(ticket);
        if (here.isPresent()) {
            return here;
        }
        try {
            byte[] taken = waiting.forIt(link.call(redis -> redis.getdel(key(ticket))));
            if (taken == null) {
                return Optional.empty();
            }
            Identity identity = IdentityJson.read(JsonTree.read(taken));
            Double revoked = waiting.forIt(link.call(redis -> redis.zscore(
                    link.keys().of("revoked"),
                    Script.bytes(identity.credential().source()))));
            Instant now = clock.instant();
            return Optional.of(identity)
                    .filter(who -> revoked == null)
                    .filter(who -> who.credential()
                            .expiresAt()
                            .map(end -> end.isAfter(now))
                            .orElse(true));
        } catch (RedisAwayException e) {
            return Optional.empty();
        }
    }
}
