package io.synapse.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.chaos.Fault.Kind;
import io.synapse.chaos.Publications.Place;
import io.synapse.chaos.Seen.Began;
import io.synapse.chaos.Seen.Event;
import io.synapse.chaos.Seen.Lost;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A checker that finds nothing proves nothing: each kind of fault is put into a log, and must be found. */
class DeliveryCheckTest {

    private static final String A = "first";
    private static final String B = "second";

    private final Publications published = new Publications();

    @BeforeEach
    void publish() {
        for (int i = 1; i <= 5; i++) {
            publish(A, i);
        }
        for (int i = 1; i <= 3; i++) {
            publish(B, i);
        }
    }

    private void publish(String epoch, int offset) {
        published.attempted(epoch + offset);
        published.acknowledged(epoch + offset, new Place(epoch, offset));
    }

    private static Event event(String epoch, int offset) {
        return new Event(epoch, offset, epoch + offset, false);
    }

    private static List<Seen> whole() {
        return new ArrayList<>(List.of(
                new Began(A, 1),
                event(A, 2),
                event(A, 3),
                event(A, 4),
                event(A, 5),
                new Lost(B, 0),
                event(B, 1),
                event(B, 2),
                event(B, 3)));
    }

    private List<Kind> faults(List<Seen> log) {
        return DeliveryCheck.of(published, "c", log).stream().map(Fault::kind).toList();
    }

    private List<Kind> faults(Seen... log) {
        return faults(Arrays.asList(log));
    }

    @Test
    @DisplayName("B10: a whole log has no fault; nor has one that says where something was lost")
    void acceptsWhatIsWhole() {
        assertThat(faults(whole())).isEmpty();
        List<Seen> told = whole();
        told.set(3, new Lost(A, 4));
        assertThat(faults(told)).isEmpty();
        assertThat(DeliveryCheck.of(published)).isEmpty();
    }

    @Test
    @DisplayName("B10: any one message that is left out of any place is found")
    void findsWhatIsMissing() {
        for (int i = 1; i < whole().size(); i++) {
            List<Seen> log = whole();
            if (log.remove(i) instanceof Event) {
                // The last of an old life is followed by a notice, which is about just that.
                boolean covered = i == 4;
                assertThat(faults(log)).as("without %d", i).hasSize(covered ? 0 : 1);
            }
        }
        List<Seen> log = whole();
        log.remove(3);
        assertThat(faults(log)).containsExactly(Kind.SILENT_GAP);
        log = whole();
        log.remove(8);
        assertThat(faults(log)).containsExactly(Kind.SILENT_END);
    }

    @Test
    @DisplayName("B10: any one message that comes twice is found, at once or later")
    void findsWhatComesTwice() {
        Random random = new Random(7);
        for (int i = 1; i < whole().size(); i++) {
            List<Seen> log = whole();
            if (log.get(i) instanceof Event event) {
                log.add(i + 1 + random.nextInt(log.size() - i), event);
                assertThat(faults(log)).as("twice %s", event).containsExactly(Kind.DUPLICATE);
            }
        }
    }

    @Test
    @DisplayName("B10: the same publication at two places is found, unless it was tried again and forgotten meanwhile")
    void findsPublicationsAtTwoPlaces() {
        List<Seen> log = whole();
        log.add(new Event(B, 4, A + 2, false));
        assertThat(faults(log)).containsExactly(Kind.DUPLICATE);
        published.attempted(A + 2);
        assertThat(faults(log)).isEmpty();
        log = whole();
        log.add(5, new Event(A, 6, A + 2, false));
        assertThat(faults(log)).containsExactly(Kind.DUPLICATE);
    }

    @Test
    @DisplayName("B10: another order is found")
    void findsDisorder() {
        List<Seen> log = whole();
        log.set(1, event(A, 3));
        log.set(2, event(A, 2));
        assertThat(faults(log)).contains(Kind.DISORDER);
    }

    @Test
    @DisplayName("B10: another life of a topic of which the client was not told is found")
    void findsSilentEpochs() {
        List<Seen> log = whole();
        log.remove(5);
        assertThat(faults(log)).containsExactly(Kind.SILENT_EPOCH);
    }

    @Test
    @DisplayName("B10: a client that stays in an old life of a topic is found")
    void findsWhoIsLeftBehind() {
        assertThat(faults(whole().subList(0, 5))).containsExactly(Kind.SILENT_END);
        assertThat(faults()).containsExactly(Kind.SILENT_END);
    }

    @Test
    @DisplayName("B10: two messages with one place are found, by publishers and by clients")
    void findsForks() {
        published.attempted("x");
        List<Seen> log = whole();
        log.set(2, new Event(A, 3, "x", false));
        assertThat(faults(log)).containsExactly(Kind.FORK);
        published.acknowledged("x", new Place(A, 3));
        assertThat(DeliveryCheck.of(published)).extracting(Fault::kind).containsExactly(Kind.FORK);
    }

    @Test
    @DisplayName("B10: messages of nobody, false alarms, and what was not asked for are found")
    void findsTheRest() {
        List<Seen> log = whole();
        log.add(new Event(B, 4, "nobody's", false));
        assertThat(faults(log)).containsExactly(Kind.INVENTED);
        log = whole();
        log.add(3, new Lost(A, 3));
        assertThat(faults(log)).containsExactly(Kind.FALSE_ALARM);
        log = whole();
        log.remove(0);
        assertThat(faults(log)).contains(Kind.UNASKED);
    }

    @Test
    @DisplayName("B10: what was acknowledged for one node is owed to nobody, and disturbs nobody; twice is too often")
    void knowsWhatIsOfOneNode() {
        published.attempted("local");
        published.acknowledgedByNode();
        assertThat(faults(whole())).isEmpty();
        List<Seen> log = whole();
        Event local = new Event(B, 0, "local", true);
        log.add(4, local);
        assertThat(faults(log)).isEmpty();
        log.add(local);
        assertThat(faults(log)).containsExactly(Kind.DUPLICATE);
    }
}
