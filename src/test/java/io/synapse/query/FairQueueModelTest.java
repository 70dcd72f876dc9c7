package io.synapse.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The queue takes whom a model takes that looks at everyone each time. The model knows when each came, at which priority
 * and of which line, and when each line had its last turn at a level.
 */
class FairQueueModelTest {

    private static final int LINES = 4;
    private static final long AGEING = 10;

    private enum Kind {
        ADD,
        POLL,
        REMOVE,
        HOLD,
        RELEASE,
        WAIT
    }

    record Action(Kind kind, int number) {}

    /** One who waits, as the model sees it. */
    private static final class Someone {
        private final int name;
        private final int line;
        private int level;
        private long since;
        private long arrival;

        private Someone(int name, int line, int level, long since) {
            this.name = name;
            this.line = line;
            this.level = level;
            this.since = since;
        }
    }

    /** One run. */
    private static final class Run {
        private final FairQueue<Integer> queue = new FairQueue<>(AGEING);
        private final List<FairQueue<Integer>.Line> lines = new ArrayList<>();
        private final TreeMap<Integer, FairQueue<Integer>.Entry> entries = new TreeMap<>();
        private final List<Someone> model = new ArrayList<>();
        private final boolean[] held = new boolean[LINES];
        private final long[][] behind = new long[LINES][FairQueue.LEVELS];
        private final long[][] served = new long[LINES][FairQueue.LEVELS];
        private long now;
        private long steps;
        private int names;

        private Run() {
            for (int line = 0; line < LINES; line++) {
                lines.add(queue.new Line());
            }
        }

        private void act(Action action) {
            int line = action.number() % LINES;
            switch (action.kind()) {
                case ADD -> add(line, action.number() / LINES % FairQueue.LEVELS);
                case POLL -> poll();
                case REMOVE -> remove(action.number());
                case HOLD -> hold(line);
                case RELEASE -> release(line);
                case WAIT -> now += action.number() % 17;
            }
            assertThat(queue.waiting()).isEqualTo(model.size());
        }

        private void add(int line, int level) {
            rise();
            int name = names++;
            entries.put(name, lines.get(line).add(name, level, now));
            Someone someone = new Someone(name, line, level, now);
            model.add(someone);
            come(someone);
        }

        private void poll() {
            rise();
            Optional<Someone> expected = next();
            Integer taken = queue.poll(now);
            assertThat(Optional.ofNullable(taken)).isEqualTo(expected.map(someone -> someone.name));
            expected.ifPresent(someone -> {
                leave(someone);
                entries.remove(someone.name);
                behind[someone.line][someone.level] = ++steps;
                served[someone.line][someone.level] = now;
            });
        }

        private void remove(int number) {
            if (!entries.isEmpty()) {
                int name = List.copyOf(entries.keySet()).get(number % entries.size());
                FairQueue<Integer>.Entry entry = entries.remove(name);
                assertThat(entry.remove()).isTrue();
                assertThat(entry.remove()).isFalse();
                leave(model.stream().filter(one -> one.name == name).findFirst().orElseThrow());
            }
        }

        private void hold(int line) {
            if (!held[line]) {
                held[line] = true;
                lines.get(line).hold();
            }
        }

        private void release(int line) {
            if (held[line]) {
                held[line] = false;
                lines.get(line).release();
                for (int level = 0; level < FairQueue.LEVELS; level++) {
                    behind[line][level] = ++steps;
                }
            }
        }

        /** The first of each line and level rise when they are due, in the order of their times. */
        private void rise() {
            for (int level = 0; level < FairQueue.LEVELS - 1; level++) {
                for (Someone due = due(level); due != null; due = due(level)) {
                    long at = clock(due) + AGEING;
                    served[due.line][level] = at;
                    due.level++;
                    due.since = at;
                    come(due);
                }
            }
        }

        private Someone due(int level) {
            return model.stream()
                    .filter(one -> one.level == level && one == first(one.line, level) && now - clock(one) >= AGEING)
                    .min((a, b) ->
                            clock(a) != clock(b) ? Long.compare(clock(a), clock(b)) : Integer.compare(a.line, b.line))
                    .orElse(null);
        }

        private Someone first(int line, int level) {
            return model.stream()
                    .filter(one -> one.line == line && one.level == level)
                    .min((a, b) -> Long.compare(a.arrival, b.arrival))
                    .orElseThrow();
        }

        private long clock(Someone one) {
            return Math.max(one.since, served[one.line][one.level]);
        }

        private void come(Someone someone) {
            boolean first = model.stream()
                    .noneMatch(one -> one != someone && one.line == someone.line && one.level == someone.level);
            someone.arrival = ++steps;
            if (first) {
                behind[someone.line][someone.level] = ++steps;
            }
        }

        private void leave(Someone someone) {
            model.remove(someone);
        }

        private Optional<Someone> next() {
            return model.stream()
                    .filter(one -> !held[one.line])
                    .min((a, b) -> a.level != b.level
                            ? b.level - a.level
                            : a.line != b.line
                                    ? Long.compare(behind[a.line][a.level], behind[b.line][b.level])
                                    : Long.compare(a.arrival, b.arrival));
        }

        /** The order that is told is that in which they are taken, if nothing happens meanwhile. */
        private void drain() {
            for (int line = 0; line < LINES; line++) {
                release(line);
            }
            rise();
            List<Integer> told = new ArrayList<>();
            queue.inOrder(now, Integer.MAX_VALUE, told::add);
            List<Integer> taken = new ArrayList<>();
            while (!model.isEmpty()) {
                taken.add(next().orElseThrow().name);
                poll();
            }
            assertThat(told).isEqualTo(taken);
            assertThat(queue.poll(now)).isNull();
            assertThat(IntStream.range(0, FairQueue.LEVELS).map(queue::waiting).sum())
                    .isZero();
        }
    }

    @Provide
    Arbitrary<List<Action>> actions() {
        Arbitrary<Kind> kinds = Arbitraries.of(
                Kind.ADD, Kind.ADD, Kind.ADD, Kind.POLL, Kind.POLL, Kind.REMOVE, Kind.HOLD, Kind.RELEASE, Kind.WAIT);
        return Combinators.combine(kinds, Arbitraries.integers().between(0, 10_000))
                .as(Action::new)
                .list()
                .ofMaxSize(150);
    }

    @Property(tries = 2000)
    @Label("B8 M4: levels with ageing, turns inside a level and order inside a line are as a plain model has them")
    void takesWhomTheModelTakes(@ForAll("actions") List<Action> actions) {
        Run run = new Run();
        actions.forEach(run::act);
        run.drain();
    }
}
