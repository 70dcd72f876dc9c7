package io.synapse.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.stream.PositionedStream.Slice;
import io.synapse.testing.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The stream against a model that keeps every entry for ever and works out at each read which of them are gone. */
class MemoryStreamModelTest {

    private enum Kind {
        APPEND,
        READ,
        WAIT
    }

    record Action(Kind kind, int number, int max) {}

    private record Entry(int size, long at) {}

    @Provide
    Arbitrary<StreamBounds> bounds() {
        return Combinators.combine(
                        Arbitraries.integers().between(1, 20),
                        Arbitraries.longs().between(1, 100),
                        Arbitraries.longs().between(1, 30))
                .as((count, bytes, age) -> new StreamBounds(count, bytes, Duration.ofSeconds(age)));
    }

    @Provide
    Arbitrary<List<Action>> actions() {
        return Combinators.combine(
                        Arbitraries.of(Kind.APPEND, Kind.APPEND, Kind.APPEND, Kind.READ, Kind.READ, Kind.WAIT),
                        Arbitraries.integers().between(-2, 40),
                        Arbitraries.integers().between(1, 30))
                .as(Action::new)
                .list()
                .ofMaxSize(150);
    }

    @Property(tries = 1500)
    void readsWhatAListWouldStillHave(@ForAll("bounds") StreamBounds bounds, @ForAll("actions") List<Action> actions) {
        FakeTicker ticker = new FakeTicker();
        MemoryStream<Integer> stream = new MemoryStream<>("epoch", bounds, size -> size, ticker);
        List<Entry> all = new ArrayList<>();
        int gone = 0;
        for (Action action : actions) {
            switch (action.kind()) {
                case APPEND -> {
                    int size = Math.max(0, action.number());
                    all.add(new Entry(size, ticker.read()));
                    gone = gone(all, gone, bounds, ticker);
                    assertThat(stream.append(size)).isEqualTo(all.size());
                }
                case WAIT -> {
                    ticker.advance(Duration.ofSeconds(Math.max(0, action.number())));
                    gone = gone(all, gone, bounds, ticker);
                }
                default -> {
                    int after = action.number();
                    int had = Math.max(0, Math.min(after, all.size()));
                    int from = Math.max(had, gone);
                    int to = Math.min(all.size(), from + action.max());
                    List<Integer> expected =
                            all.subList(from, to).stream().map(Entry::size).toList();
                    assertThat(stream.read(after, action.max()))
                            .isEqualTo(new Slice<>(from + 1L, expected, had >= gone));
                }
            }
            assertThat(stream.end()).isEqualTo(all.size());
            assertThat(stream.bytes())
                    .isEqualTo(all.subList(gone, all.size()).stream()
                            .mapToLong(Entry::size)
                            .sum());
        }
    }

    private static int gone(List<Entry> all, int before, StreamBounds bounds, FakeTicker ticker) {
        int gone = before;
        while (gone < all.size()) {
            List<Entry> kept = all.subList(gone, all.size());
            boolean tooMany = kept.size() > bounds.count();
            boolean tooLarge =
                    kept.size() > 1 && kept.stream().mapToLong(Entry::size).sum() > bounds.bytes();
            boolean tooOld = ticker.read() - kept.get(0).at() > bounds.age().toNanos();
            if (!tooMany && !tooLarge && !tooOld) {
                return gone;
            }
            gone++;
        }
        return gone;
    }
}
