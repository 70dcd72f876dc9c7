package io.synapse.query;

import static io.synapse.query.QueryFixture.NOTHING;
import static io.synapse.query.QueryFixture.config;
import static io.synapse.query.QueryFixture.id;
import static io.synapse.query.QueryFixture.request;
import static io.synapse.query.QueryFixture.until;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.EngineException;
import io.synapse.protocol.Address;
import io.synapse.protocol.Body;
import io.synapse.protocol.OnDisconnect;
import io.synapse.protocol.Ref;
import io.synapse.protocol.ServerMessage;
import io.synapse.testing.FakeTransport.Behaviour;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QueryRegressionTest {

    @Test
    @DisplayName("B2: each time the last follower goes, the whole grace begins again")
    void theGraceBeginsAgain() {
        try (QueryFixture f = new QueryFixture((question, context) -> {
            context.pause(Duration.ofDays(1));
            return Answer.of("x").done();
        })) {
            List<QueryViewer> viewers = new ArrayList<>();
            OnDisconnect rule = OnDisconnect.cancelAfter(Duration.ofSeconds(5));
            f.service.submit(
                    request("r", 5, rule), isNew -> viewers.add(f.client().follow("r", 0)));
            viewers.get(0).detach();
            f.timers.advance(Duration.ofSeconds(1));
            QueryViewer second = f.client().follow("r", 0);
            f.timers.advance(Duration.ofSeconds(3));
            second.detach();
            f.timers.advance(Duration.ofSeconds(1));
            assertThat(f.interrupts.check(id("r"))).isFalse();
            f.timers.advance(Duration.ofSeconds(4));
            assertThat(f.interrupts.check(id("r"))).isTrue();
        }
    }

    @Test
    @DisplayName("B2: the grace of a query that is forgotten does not stop another of the same ref")
    void theGraceOfAForgottenQuery() {
        java.util.concurrent.atomic.AtomicBoolean first = new java.util.concurrent.atomic.AtomicBoolean(true);
        java.util.concurrent.CountDownLatch go = new java.util.concurrent.CountDownLatch(1);
        try (QueryFixture f = new QueryFixture(
                (question, context) -> {
                    if (question.ref().equals("r") && !first.getAndSet(false)) {
                        context.pause(Duration.ofDays(1));
                    }
                    go.await();
                    return Answer.of("x").done();
                },
                config(2, 10, 100, 1 << 20, 100, 1, 1 << 20))) {
            List<QueryViewer> viewers = new ArrayList<>();
            OnDisconnect rule = OnDisconnect.cancelAfter(Duration.ofSeconds(5));
            f.service.submit(
                    request("r", 5, rule), isNew -> viewers.add(f.client().follow("r", 0)));
            viewers.get(0).detach();
            go.countDown();
            until(() -> f.ended() == 1);
            f.service.submit(request("other"), NOTHING);
            until(() -> f.ended() == 2 && !f.service.exists(id("r")));
            QueryFixture.Client client = f.client();
            client.ask(request("r"));
            f.timers.advance(Duration.ofSeconds(5));
            assertThat(f.interrupts.check(id("r"))).isFalse();
        }
    }

    @Test
    @DisplayName("M6: an acknowledgement that waits for room is not lost when its follower goes")
    void anAcknowledgementThatWaits() {
        try (QueryFixture f = new QueryFixture((question, context) -> {
            context.emit("text", "x".repeat(1000));
            context.emit("text", "y");
            context.pause(Duration.ofDays(1));
            return Answer.of("x").done();
        })) {
            QueryFixture.Client client =
                    f.client(Behaviour.LATER, new OutboxConfig(100, 1 << 20, 100, Duration.ofDays(1)));
            List<QueryViewer> viewers = new ArrayList<>();
            f.service.submit(request("r"), isNew -> viewers.add(client.follow("r", 0)));
            until(() -> client.transport.count() == 1 && f.service.lastSeq(id("r")) == 2);
            ServerMessage ack = new ServerMessage.Reply(
                    new Address(Ref.of("1"), Ref.of("9"), "cortex:a"), ServerMessage.Status.OK, Body.EMPTY);
            f.service.interrupt(id("r"), "stop", outcome -> f.service.say(viewers.get(0), ack));
            until(() -> f.ended() == 1);
            viewers.get(0).detach();
            client.transport.completeAll();
            assertThat(client.events()).contains("phx_reply");
        }
    }

    @Test
    @DisplayName("M24: an engine's exception without a reason ends its query all the same")
    void anExceptionWithoutAReason() {
        class Odd extends EngineException {
            private static final long serialVersionUID = 1L;

            Odd() {
                super("x", "y", null);
            }

            @Override
            public String reason() {
                return null;
            }
        }
        try (QueryFixture f = new QueryFixture((question, context) -> {
            throw new Odd();
        })) {
            QueryFixture.Client client = f.client();
            client.ask(request("r"));
            assertThat(client.result()).contains("\"status\":\"error\"");
        }
    }
}
