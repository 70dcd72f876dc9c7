package io.synapse.security.login;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.LoginConfig;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.LocalRevocations;
import io.synapse.security.Role;
import io.synapse.security.Secrets;
import io.synapse.testing.MovingClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class MemoryTicketsTest {

    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    private static final Duration LIFETIME = Duration.ofSeconds(30);

    private final MovingClock clock = new MovingClock(START);
    private final LocalRevocations revocations = new LocalRevocations();
    private final Tickets tickets = new MemoryTickets(
            new LoginConfig(LIFETIME, LIFETIME, 1, 1, LIFETIME, 3), clock, new Secrets(), revocations);

    private static Identity ann(Instant until) {
        return new Identity(
                "ann",
                "",
                Set.of(),
                Set.of(),
                Set.of(Role.USER),
                new Credential(Credential.Kind.LOGIN, "l_1", Optional.of(until)));
    }

    private String ticket() {
        return tickets.issue(ann(START.plus(Duration.ofDays(1)))).orElseThrow().ticket();
    }

    @Test
    @DisplayName("M3: a ticket is good once, with the source and the end of what it was made with")
    void isGoodOnce() {
        Identity ann = ann(START.plus(Duration.ofDays(1)));
        Tickets.Issued issued = tickets.issue(ann).orElseThrow();
        assertThat(issued.ticket()).matches("syt_[0-9a-f]{64}");
        assertThat(issued.toString()).doesNotContain(issued.ticket());
        assertThat(tickets.identify(issued.ticket())).contains(ann);
        assertThat(tickets.identify(issued.ticket())).isEmpty();
        assertThat(tickets.identify("syt_")).isEmpty();
    }

    @Test
    @DisplayName("M3: of 50 that show one ticket at the same time exactly one is let in")
    void isRacedFor() throws Exception {
        String ticket = ticket();
        CyclicBarrier start = new CyclicBarrier(50);
        ExecutorService threads = Executors.newFixedThreadPool(50);
        try {
            Callable<Boolean> client = () -> {
                start.await();
                return tickets.identify(ticket).isPresent();
            };
            int in = 0;
            for (Future<Boolean> came : threads.invokeAll(
                    IntStream.range(0, 50).mapToObj(i -> client).toList())) {
                in += came.get() ? 1 : 0;
            }
            assertThat(in).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @DisplayName("M3: a ticket ends with its time, with what it was made with, and when that is revoked")
    void ends() {
        List<String> old = List.of(ticket());
        String shorter = tickets.issue(ann(START.plusSeconds(5))).orElseThrow().ticket();
        clock.advance(Duration.ofSeconds(5));
        assertThat(tickets.identify(shorter)).isEmpty();
        clock.advance(Duration.ofSeconds(25));
        assertThat(tickets.identify(old.get(0))).isEmpty();
        String revoked = ticket();
        revocations.announce("l_2");
        revocations.announce("l_1");
        assertThat(tickets.identify(revoked)).isEmpty();
    }

    @Test
    @DisplayName("M3: bounded: no more until one is used or ends")
    void isBounded() {
        String first = ticket();
        ticket();
        ticket();
        assertThat(tickets.issue(ann(START.plusSeconds(60)))).isEmpty();
        assertThat(tickets.identify(first)).isPresent();
        ticket();
        assertThat(tickets.issue(ann(START.plusSeconds(60)))).isEmpty();
        clock.advance(LIFETIME);
        ticket();
    }
}
