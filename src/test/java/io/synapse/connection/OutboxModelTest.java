package io.synapse.connection;

import static io.synapse.connection.Frames.bounds;
import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.config.OutboxConfig;
import io.synapse.connection.Outbox.Lane;
import io.synapse.connection.Outbox.Offer;
import io.synapse.connection.Transport.Window;
import io.synapse.protocol.CloseReason;
import io.synapse.protocol.EncodedFrame;
import io.synapse.testing.FakeTransport;
import io.synapse.testing.FakeTransport.Behaviour;
import io.synapse.testing.ManualTimers;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tag;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/** The outbox against a model that is as simple as can be: two lists and a few counters. */
@Tag("B5")
class OutboxModelTest {

    private static final OutboxConfig CONFIG = bounds(6, 100, 30);

    private enum Kind {
        OFFER_CONTROL,
        OFFER_DATA,
        OFFER_IF_ROOM,
        COMPLETE,
        COMPLETE_LAST,
        FAIL,
        ASK,
        CLOSE,
        DISCARD
    }

    /** What is done; {@code size} means something for offers only. */
    record Action(Kind kind, int size) {}

    @Provide
    Arbitrary<List<Action>> actions() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(
                Tuple.of(6, Kind.OFFER_CONTROL),
                Tuple.of(12, Kind.OFFER_DATA),
                Tuple.of(8, Kind.OFFER_IF_ROOM),
                Tuple.of(10, Kind.COMPLETE),
                Tuple.of(4, Kind.COMPLETE_LAST),
                Tuple.of(8, Kind.ASK),
                Tuple.of(1, Kind.CLOSE));
        Arbitrary<Kind> rare =
                Arbitraries.frequency(Tuple.of(60, Kind.COMPLETE), Tuple.of(1, Kind.FAIL), Tuple.of(1, Kind.DISCARD));
        Arbitrary<Action> action = Arbitraries.frequencyOf(Tuple.of(9, kinds), Tuple.of(1, rare))
                .flatMap(kind -> Arbitraries.integers().between(1, 90).map(size -> new Action(kind, size)));
        return action.list().ofMaxSize(120);
    }

    @Property(tries = 1500)
    void behavesLikeTwoListsAndACounter(@ForAll("actions") List<Action> actions) {
        behavesLikeTheModel(actions, Window.ONE_FRAME);
    }

    @Property(tries = 1500)
    void behavesSoWithSeveralFramesInFlight(
            @ForAll("actions") List<Action> actions,
            @ForAll @IntRange(min = 1, max = 5) int frames,
            @ForAll @IntRange(min = 1, max = 100) int bytes) {
        behavesLikeTheModel(actions, new Window(frames, bytes));
    }

    private static void behavesLikeTheModel(List<Action> actions, Window window) {
        Model model = new Model(window);
        FakeTransport transport = new FakeTransport(Behaviour.LATER, window);
        ManualTimers timers = new ManualTimers();
        Real real = new Real();
        Outbox outbox = new Outbox(transport, CONFIG, timers.ticker(), timers, real);
        int number = 0;
        for (Action action : actions) {
            switch (action.kind()) {
                case OFFER_CONTROL, OFFER_DATA -> {
                    Lane lane = action.kind() == Kind.OFFER_CONTROL ? Lane.CONTROL : Lane.DATA;
                    EncodedFrame frame = new EncodedFrame.Text(lane + "-" + number++, action.size());
                    assertThat(outbox.offer(lane, frame)).isEqualTo(model.offer(lane, frame));
                }
                case OFFER_IF_ROOM -> {
                    EncodedFrame frame = new EncodedFrame.Text("stream-" + number++, action.size());
                    assertThat(outbox.offerIfRoom(frame)).isEqualTo(model.offerIfRoom(frame));
                }
                case COMPLETE -> {
                    boolean wasInFlight = !model.inFlight.isEmpty();
                    model.complete(model.inFlight.pollFirst());
                    // After a discard the transport still completes what it had; that changes nothing.
                    assertThat(transport.completeNext() || !wasInFlight).isTrue();
                }
                case COMPLETE_LAST -> {
                    boolean wasInFlight = !model.inFlight.isEmpty();
                    model.complete(model.inFlight.pollLast());
                    assertThat(transport.completeLast() || !wasInFlight).isTrue();
                }
                case FAIL -> {
                    model.fail();
                    transport.completeNext(new IOException("reset"));
                }
                case ASK -> assertThat(outbox.requestRoom()).isEqualTo(model.ask());
                case CLOSE -> {
                    model.close();
                    outbox.close(CloseReason.SERVICE_RESTART);
                }
                case DISCARD -> {
                    model.end();
                    outbox.discard();
                }
                default -> throw new AssertionError(action);
            }
            assertThat(transport.frames()).isEqualTo(model.given);
            assertThat(transport.mostInFlight()).isLessThanOrEqualTo(window.frames());
            assertThat(transport.closes()).hasSize(model.closes);
            assertThat(real.rooms).isEqualTo(model.rooms);
            assertThat(real.ends).isEqualTo(model.ends);
            assertThat(outbox.status()).isEqualTo(model.status());
        }
    }

    private static final class Real implements Outbox.Owner {
        private int rooms;
        private int ends;

        @Override
        public void room() {
            rooms++;
        }

        @Override
        public void ended(CloseReason reason, Throwable cause) {
            ends++;
        }
    }

    private static final class Model {
        private final Deque<EncodedFrame> control = new ArrayDeque<>();
        private final Deque<EncodedFrame> data = new ArrayDeque<>();
        private final List<EncodedFrame> given = new ArrayList<>();
        private final Deque<EncodedFrame> inFlight = new ArrayDeque<>();
        private final Window window;
        private int wanted = Integer.MAX_VALUE;
        private boolean closing;
        private boolean over;
        private int rooms;
        private int ends;
        private int closes;
        private long sent;
        private long dropped;

        private Model(Window window) {
            this.window = window;
        }

        private List<EncodedFrame> held() {
            List<EncodedFrame> all = new ArrayList<>(control);
            all.addAll(data);
            all.addAll(inFlight);
            return all;
        }

        private long bytes() {
            return bytes(held());
        }

        private static long bytes(Collection<EncodedFrame> frames) {
            return frames.stream().mapToLong(EncodedFrame::bytes).sum();
        }

        private boolean room(int size) {
            return held().isEmpty()
                    || bytes() < CONFIG.lowWaterBytes()
                            && held().size() < CONFIG.maxMessages() / 2
                            && bytes() + size <= CONFIG.maxBytes();
        }

        boolean offerIfRoom(EncodedFrame frame) {
            return ask(frame.bytes()) && offer(Lane.DATA, frame) == Offer.ACCEPTED;
        }

        Offer offer(Lane lane, EncodedFrame frame) {
            if (closing || over) {
                dropped++;
                return Offer.CLOSED;
            }
            boolean full = held().size() >= CONFIG.maxMessages() || bytes() + frame.bytes() > CONFIG.maxBytes();
            if (!held().isEmpty() && full) {
                dropped++;
                return Offer.OVERFLOW;
            }
            (lane == Lane.CONTROL ? control : data).add(frame);
            settle();
            return Offer.ACCEPTED;
        }

        boolean ask() {
            return ask(0);
        }

        private boolean ask(int size) {
            if (closing || over) {
                return false;
            }
            boolean room = room(size);
            wanted = room ? wanted : Math.min(wanted, size);
            return room;
        }

        void complete(EncodedFrame frame) {
            if (frame != null) {
                sent++;
                settle();
            }
        }

        void fail() {
            if (!inFlight.isEmpty()) {
                ends++;
                end();
            }
        }

        void close() {
            if (!closing && !over) {
                closing = true;
                settle();
            }
        }

        void end() {
            dropped += held().size();
            control.clear();
            data.clear();
            inFlight.clear();
            over = true;
        }

        private void settle() {
            if (wanted < Integer.MAX_VALUE && !closing && !over && room(wanted)) {
                wanted = Integer.MAX_VALUE;
                rooms++;
            }
            Deque<EncodedFrame> lane = control.isEmpty() ? data : control;
            while (!over && !lane.isEmpty() && takes(lane.peek())) {
                given.add(lane.peek());
                inFlight.add(lane.poll());
                lane = control.isEmpty() ? data : control;
            }
            if (closing && !over && held().isEmpty() && closes == 0) {
                closes++;
            }
        }

        private boolean takes(EncodedFrame next) {
            return inFlight.isEmpty()
                    || inFlight.size() < window.frames() && bytes(inFlight) + next.bytes() <= window.bytes();
        }

        Outbox.Status status() {
            return new Outbox.Status(held().size(), bytes(), sent, dropped, closing || over);
        }
    }
}
