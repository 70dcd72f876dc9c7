package io.synapse.connection;

import static io.synapse.connection.Frames.SEND_TIMEOUT;
import static io.synapse.connection.Frames.bounds;
import static io.synapse.connection.Frames.ofSize;
import static io.synapse.connection.Frames.roomy;
import static io.synapse.connection.Frames.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.connection.Outbox.Lane;
import io.synapse.connection.Outbox.Offer;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("B5")
@Timeout(30)
class OutboxTest {

    private final ManualTimers timers = new ManualTimers();
    private final RecordingOwner owner = new RecordingOwner();

    private static final class RecordingOwner implements Outbox.Owner {
        private final List<CloseReason> ends = new ArrayList<>();
        private Throwable cause;
        private int rooms;
        private Runnable onRoom = () -> {};

        @Override
        public void room() {
            rooms++;
            onRoom.run();
        }

        @Override
        public void ended(CloseReason reason, Throwable why) {
            ends.add(reason);
            cause = why;
        }
    }

    private Outbox outbox(Transport transport, OutboxConfig config) {
        return new Outbox(transport, config, timers.ticker(), timers, owner);
    }

    @Nested
    class Sending {

        @Test
        void sendsAMillionFramesThatCompleteInlineOnASmallStack() throws InterruptedException {
            FakeTransport transport = new FakeTransport(Behaviour.INLINE);
            transport.forgetFrames();
            Outbox outbox = outbox(transport, roomy());
            int frames = 1_000_000;
            int[] offered = {0};
            // All but the first are offered from inside a completion's drain: recursion would need a million stack
            // frames.
            owner.onRoom = () -> {
                while (offered[0] < frames && outbox.requestRoom()) {
                    offered[0]++;
                    outbox.offer(Lane.DATA, text("frame"));
                }
            };
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread small = new Thread(
                    null,
                    () -> {
                        try {
                            owner.onRoom.run();
                        } catch (Throwable e) {
                            failure.set(e);
                        }
                    },
                    "small-stack",
                    256 * 1024);
            small.start();
            small.join();

            assertThat(failure.get()).isNull();
            assertThat(transport.count()).isEqualTo(frames);
            assertThat(transport.mostInFlight()).isEqualTo(1);
            assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, frames, 0, false));
        }

        @Test
        void drainsABacklogThatCompletesInlineWithoutRecursion() throws InterruptedException {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            transport.forgetFrames();
            Outbox outbox = outbox(transport, roomy());
            int frames = 200_000;
            for (int i = 0; i < frames; i++) {
                outbox.offer(Lane.DATA, text("f"));
            }
            transport.behave(Behaviour.INLINE);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread small = new Thread(null, transport::completeNext, "small-stack", 256 * 1024);
            small.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
            small.start();
            small.join();

            assertThat(failure.get()).isNull();
            assertThat(outbox.status().sent()).isEqualTo(frames);
        }

        @Test
        void keepsOneFrameInFlight() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, roomy());
            for (int i = 0; i < 10; i++) {
                assertThat(outbox.offer(Lane.DATA, text("f" + i))).isEqualTo(Offer.ACCEPTED);
            }

            assertThat(transport.texts()).containsExactly("f0");
            transport.completeNext();
            assertThat(transport.texts()).containsExactly("f0", "f1");
            transport.completeAll();
            assertThat(transport.count()).isEqualTo(10);
            assertThat(transport.mostInFlight()).isEqualTo(1);
        }

        @Test
        void letsControlPassDataAndKeepsTheOrderInsideALane() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, roomy());
            outbox.offer(Lane.DATA, text("d1"));
            outbox.offer(Lane.DATA, text("d2"));
            outbox.offer(Lane.CONTROL, text("c1"));
            outbox.offer(Lane.DATA, text("d3"));
            outbox.offer(Lane.CONTROL, text("c2"));
            transport.completeAll();

            assertThat(transport.texts()).containsExactly("d1", "c1", "c2", "d2", "d3");
        }

        @Test
        void aCompletionThatComesTwiceDoesNotReleaseTheNextFrame() {
            // The failure looked like two frames in flight: the same frame, offered twice, was taken for its first
            // sending.
            List<Transport.Completion> completions = new ArrayList<>();
            Outbox outbox = outbox(
                    new Transport() {
                        @Override
                        public void send(EncodedFrame frame, Completion completion) {
                            completions.add(completion);
                        }

                        @Override
                        public void ping() {}

                        @Override
                        public void close(CloseReason reason) {}

                        @Override
                        public void abort(CloseReason reason) {}
                    },
                    roomy());
            EncodedFrame shared = text("broadcast");
            outbox.offer(Lane.DATA, shared);
            outbox.offer(Lane.DATA, shared);
            outbox.offer(Lane.DATA, shared);

            completions.get(0).done(null);
            completions.get(0).done(null);

            assertThat(completions).hasSize(2);
            assertThat(outbox.status().sent()).isEqualTo(1);
        }

        @Test
        void aFrameOfferedInsideACompletionIsSentInItsTurn() {
            FakeTransport transport = new FakeTransport(Behaviour.INLINE);
            Outbox[] outbox = new Outbox[1];
            outbox[0] = outbox(
                    new Transport() {
                        private int left = 3;

                        @Override
                        public void send(EncodedFrame frame, Completion completion) {
                            transport.send(frame, failure -> {
                                if (left-- > 0) {
                                    outbox[0].offer(Lane.CONTROL, text("again" + left));
                                }
                                completion.done(failure);
                            });
                        }

                        @Override
                        public void ping() {}

                        @Override
                        public void close(CloseReason reason) {}

                        @Override
                        public void abort(CloseReason reason) {}
                    },
                    roomy());
            outbox[0].offer(Lane.DATA, text("first"));

            assertThat(transport.texts()).containsExactly("first", "again2", "again1", "again0");
        }
    }

    @Nested
    class Bounds {

        @Test
        void refusesAFramePastTheMessageBound() {
            FakeTransport transport = new FakeTransport(Behaviour.NEVER);
            Outbox outbox = outbox(transport, bounds(3, 1000, 100));
            assertThat(outbox.offer(Lane.DATA, text("1"))).isEqualTo(Offer.ACCEPTED);
            assertThat(outbox.offer(Lane.DATA, text("2"))).isEqualTo(Offer.ACCEPTED);
            assertThat(outbox.offer(Lane.CONTROL, text("3"))).isEqualTo(Offer.ACCEPTED);

            assertThat(outbox.offer(Lane.CONTROL, text("4"))).isEqualTo(Offer.OVERFLOW);
            assertThat(outbox.status()).isEqualTo(new Outbox.Status(3, 3, 0, 1, false));
        }

        @Test
        void refusesAFramePastTheByteBoundAndTakesOneThatFitsExactly() {
            FakeTransport transport = new FakeTransport(Behaviour.NEVER);
            Outbox outbox = outbox(transport, bounds(100, 1000, 100));
            outbox.offer(Lane.DATA, ofSize(600));

            assertThat(outbox.offer(Lane.DATA, ofSize(401))).isEqualTo(Offer.OVERFLOW);
            assertThat(outbox.offer(Lane.DATA, ofSize(400))).isEqualTo(Offer.ACCEPTED);
            assertThat(outbox.offer(Lane.DATA, ofSize(1))).isEqualTo(Offer.OVERFLOW);
        }

        @Test
        void countsAFrameUntilTheTransportIsDoneWithIt() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, bounds(100, 1000, 100));
            outbox.offer(Lane.DATA, ofSize(900));

            assertThat(outbox.status().bytes()).isEqualTo(900);
            assertThat(outbox.offer(Lane.DATA, ofSize(200))).isEqualTo(Offer.OVERFLOW);
            transport.completeNext();
            assertThat(outbox.offer(Lane.DATA, ofSize(200))).isEqualTo(Offer.ACCEPTED);
        }

        @Test
        void takesOneFrameLargerThanTheBoundWhenEmpty() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, bounds(100, 1000, 100));

            assertThat(outbox.offer(Lane.DATA, ofSize(5000))).isEqualTo(Offer.ACCEPTED);
            assertThat(outbox.offer(Lane.DATA, ofSize(1))).isEqualTo(Offer.OVERFLOW);
        }

        @Test
        void goesOnAfterAnOverflow() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, bounds(2, 1000, 100));
            outbox.offer(Lane.DATA, text("1"));
            outbox.offer(Lane.DATA, text("2"));
            outbox.offer(Lane.DATA, text("lost"));
            transport.completeAll();
            outbox.offer(Lane.DATA, text("3"));
            transport.completeAll();

            assertThat(transport.texts()).containsExactly("1", "2", "3");
            assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 3, 1, false));
        }
    }

    @Nested
    class Room {

        @Test
        void thereIsRoomBelowTheLowWaterMark() {
            FakeTransport transport = new FakeTransport(Behaviour.NEVER);
            Outbox outbox = outbox(transport, bounds(100, 1000, 100));
            outbox.offer(Lane.DATA, ofSize(99));
            assertThat(outbox.requestRoom()).isTrue();
            outbox.offer(Lane.DATA, ofSize(1));
            assertThat(outbox.requestRoom()).isFalse();
        }

        @Test
        void thereIsRoomBelowHalfTheMessages() {
            FakeTransport transport = new FakeTransport(Behaviour.NEVER);
            Outbox outbox = outbox(transport, bounds(4, 1000, 100));
            outbox.offer(Lane.DATA, text("1"));
            assertThat(outbox.requestRoom()).isTrue();
            outbox.offer(Lane.DATA, text("2"));
            assertThat(outbox.requestRoom()).isFalse();
        }

        @Test
        void anEmptyOutboxHasRoomHoweverSmallItsBounds() {
            assertThat(outbox(new FakeTransport(Behaviour.NEVER), bounds(1, 1, 0))
                            .requestRoom())
                    .isTrue();
        }

        @Test
        void tellsTheOwnerOnceWhenThereIsRoomAgain() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, bounds(100, 1000, 100));
            outbox.offer(Lane.DATA, ofSize(60));
            outbox.offer(Lane.DATA, ofSize(60));
            outbox.offer(Lane.DATA, ofSize(60));
            outbox.requestRoom();

            transport.completeNext();
            assertThat(owner.rooms).isZero();
            transport.completeNext();
            assertThat(owner.rooms).isEqualTo(1);
            transport.completeAll();
            assertThat(owner.rooms).isEqualTo(1);
        }

        @Test
        void saysNothingToAnOwnerThatDidNotAsk() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, bounds(100, 1000, 100));
            outbox.offer(Lane.DATA, ofSize(500));
            transport.completeAll();

            assertThat(owner.rooms).isZero();
        }

        @Test
        void aClosedOutboxHasNoRoom() {
            // The failure looked like a stream that wrote itself to its end into an outbox that dropped every frame.
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, roomy());
            outbox.offer(Lane.DATA, text("1"));
            outbox.close(CloseReason.SERVICE_RESTART);
            assertThat(outbox.requestRoom()).isFalse();
            transport.completeAll();
            assertThat(outbox.requestRoom()).isFalse();
            outbox.discard();
            assertThat(outbox.requestRoom()).isFalse();
            assertThat(owner.rooms).isZero();
        }

        @Test
        void aStreamThatAsksWithinRoomIsToldAgain() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, bounds(100, 1000, 100));
            int[] left = {20};
            owner.onRoom = () -> {
                while (left[0] > 0 && outbox.requestRoom()) {
                    left[0]--;
                    outbox.offer(Lane.DATA, ofSize(90));
                }
            };
            owner.onRoom.run();
            transport.completeAll();

            assertThat(outbox.status().sent()).isEqualTo(20);
        }

        @Test
        void anOwnerThatThrowsLosesItsConnectionAndDoesNotHangIt() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, bounds(100, 1000, 100));
            RuntimeException bug = new IllegalStateException("bug");
            owner.onRoom = () -> {
                throw bug;
            };
            outbox.offer(Lane.DATA, ofSize(100));
            outbox.offer(Lane.DATA, ofSize(50));
            outbox.requestRoom();
            transport.completeNext();

            assertThat(owner.ends).containsExactly(CloseReason.INTERNAL);
            assertThat(owner.cause).isSameAs(bug);
            assertThat(outbox.offer(Lane.DATA, text("late"))).isEqualTo(Offer.CLOSED);
            assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 1, 2, true));
        }
    }

    @Nested
    class Deadline {

        private final FakeTransport transport = new FakeTransport(Behaviour.LATER);

        @Test
        void endsWhenAFrameIsNotCompletedInTime() {
            Outbox outbox = outbox(transport, roomy());
            outbox.offer(Lane.DATA, text("1"));
            outbox.offer(Lane.DATA, text("2"));

            timers.advance(SEND_TIMEOUT.minusNanos(1));
            assertThat(owner.ends).isEmpty();
            timers.advance(Duration.ofNanos(1));
            assertThat(owner.ends).containsExactly(CloseReason.SLOW_CONSUMER);
            assertThat(owner.cause).isNull();
            assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 0, 2, true));
        }

        @Test
        void eachFrameHasTheWholeTime() {
            Outbox outbox = outbox(transport, roomy());
            outbox.offer(Lane.DATA, text("1"));
            outbox.offer(Lane.DATA, text("2"));
            timers.advance(Duration.ofSeconds(9));
            transport.completeNext();
            timers.advance(Duration.ofSeconds(9));
            assertThat(owner.ends).isEmpty();
            timers.advance(Duration.ofSeconds(1));
            assertThat(owner.ends).containsExactly(CloseReason.SLOW_CONSUMER);
        }

        @Test
        void anIdleConnectionIsNotEnded() {
            Outbox outbox = outbox(transport, roomy());
            outbox.offer(Lane.DATA, text("1"));
            transport.completeAll();
            timers.advance(Duration.ofHours(1));

            assertThat(owner.ends).isEmpty();
            assertThat(timers.pending()).isZero();
            outbox.offer(Lane.DATA, text("2"));
            timers.advance(SEND_TIMEOUT);
            assertThat(owner.ends).containsExactly(CloseReason.SLOW_CONSUMER);
        }

        @Test
        void oneTimerServesManyFrames() {
            Outbox outbox = outbox(transport, roomy());
            for (int i = 0; i < 100; i++) {
                outbox.offer(Lane.DATA, text("f"));
                transport.completeNext();
            }
            assertThat(timers.pending()).isEqualTo(1);
        }

        @Test
        void aConnectionThatHasEndedIsNotHeldByItsTimers() {
            // The failure looked like ten seconds' worth of dead connections in the heap.
            Outbox outbox = outbox(transport, roomy());
            outbox.offer(Lane.DATA, text("1"));
            outbox.close(CloseReason.SERVICE_RESTART);
            outbox.discard();
            assertThat(timers.pending()).isZero();
        }

        @Test
        void aCompletionAfterTheDeadlineChangesNothing() {
            Outbox outbox = outbox(transport, roomy());
            outbox.offer(Lane.DATA, text("1"));
            timers.advance(SEND_TIMEOUT);
            Outbox.Status before = outbox.status();
            transport.completeNext();
            assertThat(outbox.status()).isEqualTo(before);
            assertThat(owner.ends).hasSize(1);
        }
    }

    @Nested
    class Closing {

        @Test
        void sendsWhatWaitsAndThenClosesOnce() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, roomy());
            outbox.offer(Lane.DATA, text("1"));
            outbox.offer(Lane.DATA, text("2"));
            outbox.close(CloseReason.SERVICE_RESTART);
            outbox.close(CloseReason.POLICY);

            assertThat(outbox.offer(Lane.CONTROL, text("late"))).isEqualTo(Offer.CLOSED);
            assertThat(transport.closes()).isEmpty();
            transport.completeAll();
            assertThat(transport.texts()).containsExactly("1", "2");
            assertThat(transport.closes()).containsExactly(CloseReason.SERVICE_RESTART);
            assertThat(owner.ends).isEmpty();
        }

        @Test
        void anEmptyOutboxClosesAtOnce() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            outbox(transport, roomy()).close(CloseReason.POLICY);
            assertThat(transport.closes()).containsExactly(CloseReason.POLICY);
        }

        @Test
        void aClientThatDoesNotTakeWhatWaitsIsCutOff() {
            // Reading one frame every nine seconds used to keep a closing connection open for hours.
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, roomy());
            for (int i = 0; i < 100; i++) {
                outbox.offer(Lane.DATA, text("f"));
            }
            outbox.close(CloseReason.SERVICE_RESTART);
            timers.advance(Duration.ofSeconds(9));
            transport.completeNext();
            timers.advance(Duration.ofSeconds(1));

            assertThat(owner.ends).containsExactly(CloseReason.SLOW_CONSUMER);
            assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 1, 99, true));
        }

        @Test
        void aClientThatDoesNotAnswerTheCloseIsCutOff() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            outbox(transport, roomy()).close(CloseReason.POLICY);
            timers.advance(SEND_TIMEOUT);

            assertThat(owner.ends).containsExactly(CloseReason.POLICY);
            assertThat(owner.cause).isNull();
        }

        @Test
        void aCloseThatIsAnsweredIsTheEnd() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, roomy());
            outbox.close(CloseReason.POLICY);
            outbox.discard();
            timers.advance(Duration.ofHours(1));
            assertThat(owner.ends).isEmpty();
        }

        @Test
        void aTransportThatThrowsOnCloseDoesNotLeaveTheConnectionOpen() {
            // The owner was never told, so nobody aborted the session.
            FakeTransport transport = new FakeTransport(Behaviour.INLINE);
            transport.failToClose(new IllegalStateException("bug in the container"));
            outbox(transport, roomy()).close(CloseReason.POLICY);
            assertThat(owner.ends).containsExactly(CloseReason.INTERNAL);
        }

        @Test
        void discardDropsAndCountsWhatWaitsWithoutTellingTheOwner() {
            FakeTransport transport = new FakeTransport(Behaviour.NEVER);
            Outbox outbox = outbox(transport, roomy());
            outbox.offer(Lane.DATA, text("1"));
            outbox.offer(Lane.DATA, text("2"));
            outbox.offer(Lane.CONTROL, text("3"));
            outbox.discard();
            outbox.discard();

            assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 0, 3, true));
            assertThat(owner.ends).isEmpty();
            assertThat(transport.closes()).isEmpty();
        }

        @Test
        void closeAfterDiscardDoesNothing() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, roomy());
            outbox.discard();
            outbox.close(CloseReason.POLICY);
            assertThat(transport.closes()).isEmpty();
            assertThat(timers.pending()).isZero();
        }
    }

    @Nested
    class Failure {

        @ParameterizedTest
        @EnumSource(names = {"FAILS", "THROWS"})
        void dropsCountsAndTellsTheOwnerOnce(Behaviour behaviour) {
            FakeTransport transport = new FakeTransport(behaviour);
            Outbox outbox = outbox(transport, roomy());
            outbox.offer(Lane.DATA, text("1"));

            assertThat(outbox.offer(Lane.DATA, text("2"))).isEqualTo(Offer.CLOSED);
            assertThat(owner.ends).containsExactly(CloseReason.INTERNAL);
            assertThat(owner.cause).isNotNull();
            assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 0, 2, true));
            assertThat(transport.count()).isEqualTo(1);
        }

        @Test
        void dropsWhatWaitsBehindTheFrameThatFailed() {
            FakeTransport transport = new FakeTransport(Behaviour.LATER);
            Outbox outbox = outbox(transport, roomy());
            for (int i = 0; i < 5; i++) {
                outbox.offer(Lane.DATA, text("f" + i));
            }
            transport.completeNext();
            transport.completeNext(new IOException("reset"));

            assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 1, 4, true));
            assertThat(owner.cause).hasMessage("reset");
        }

        @Test
        @DisplayName("an Error of the container ends the connection and does not leave the outbox draining for ever")
        void survivesAnErrorOfTheTransport() {
            Transport broken = new Transport() {
                @Override
                public void send(EncodedFrame frame, Completion completion) {
                    throw new NoClassDefFoundError("undeployed");
                }

                @Override
                public void ping() {}

                @Override
                public void close(CloseReason reason) {}

                @Override
                public void abort(CloseReason reason) {}
            };
            Outbox outbox = outbox(broken, roomy());
            assertThat(outbox.offer(Lane.DATA, text("1"))).isEqualTo(Offer.ACCEPTED);
            assertThat(owner.ends).containsExactly(CloseReason.INTERNAL);
            assertThat(owner.cause).isInstanceOf(NoClassDefFoundError.class);
            assertThat(outbox.offer(Lane.DATA, text("2"))).isEqualTo(Offer.CLOSED);
        }

        @Test
        void aTransportThatCompletesAndThenThrowsHasSentTheFrame() {
            Transport odd = new Transport() {
                @Override
                public void send(EncodedFrame frame, Completion completion) {
                    completion.done(null);
                    throw new IllegalStateException("after the fact");
                }

                @Override
                public void ping() {}

                @Override
                public void close(CloseReason reason) {}

                @Override
                public void abort(CloseReason reason) {}
            };
            Outbox outbox = outbox(odd, roomy());
            outbox.offer(Lane.DATA, text("1"));
            outbox.offer(Lane.DATA, text("2"));
            assertThat(outbox.status()).isEqualTo(new Outbox.Status(0, 0, 2, 0, false));
        }
    }
}
