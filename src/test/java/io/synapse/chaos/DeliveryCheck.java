package io.synapse.chaos;

import io.synapse.chaos.Fault.Kind;
import io.synapse.chaos.Publications.Place;
import io.synapse.chaos.Seen.Began;
import io.synapse.chaos.Seen.Event;
import io.synapse.chaos.Seen.Lost;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Whether what a client saw of a topic has no gap and nothing twice, or says that something was lost exactly where it was.
 * Offsets of one life of a topic have no holes, so a hole is a loss, whoever published what is missing.
 *
 * <p>A publication that was tried again may come twice if the first try was forgotten meanwhile: in another life of the
 * topic, or for one node only. What was acknowledged for one node is owed to nobody.
 */
public final class DeliveryCheck {

    private final Publications published;
    private final String client;
    private final List<Fault> faults = new ArrayList<>();
    private final Map<String, Event> byId = new HashMap<>();
    private Place at;

    private DeliveryCheck(Publications published, String client) {
        this.published = published;
        this.client = client;
    }

    /**
     * What publishers saw that must not be.
     *
     * @param published on one topic
     * @return nothing if all is well
     */
    public static List<Fault> of(Publications published) {
        return published.forks();
    }

    /**
     * What is wrong with what a client saw.
     *
     * @param published on the topic
     * @param client its name
     * @param log what it saw; ends after the last acknowledged publication had time to come
     * @return nothing if all is well
     */
    public static List<Fault> of(Publications published, String client, List<Seen> log) {
        DeliveryCheck check = new DeliveryCheck(published, client);
        log.forEach(check::see);
        check.end();
        return check.faults;
    }

    private void fault(Kind kind, Object detail) {
        faults.add(new Fault(client, kind, detail.toString()));
    }

    private void see(Seen seen) {
        if (seen instanceof Began began) {
            at = new Place(began.epoch(), began.offset());
        } else if (seen instanceof Lost lost) {
            Place from = new Place(lost.epoch(), lost.offset());
            if (from.equals(at)) {
                fault(Kind.FALSE_ALARM, from);
            }
            at = from;
        } else {
            see((Event) seen);
        }
    }

    private void see(Event event) {
        if (!published.wasAttempted(event.id())) {
            fault(Kind.INVENTED, event);
        }
        Event before = byId.putIfAbsent(event.id(), event);
        if (before != null && !mayRepeat(before, event)) {
            fault(Kind.DUPLICATE, event);
            return;
        }
        if (event.ofNode()) {
            return;
        }
        Place place = new Place(event.epoch(), event.offset());
        published
                .at(place)
                .filter(id -> !id.equals(event.id()))
                .ifPresent(id -> fault(Kind.FORK, event + " at the place of " + id));
        if (at == null) {
            fault(Kind.UNASKED, event);
        } else if (!at.epoch().equals(event.epoch())) {
            fault(Kind.SILENT_EPOCH, event + " after " + at);
        } else if (event.offset() <= at.offset()) {
            fault(Kind.DISORDER, event + " after " + at);
            return;
        } else if (event.offset() > at.offset() + 1) {
            fault(Kind.SILENT_GAP, event + " after " + at);
        }
        at = place;
    }

    private boolean mayRepeat(Event before, Event event) {
        boolean forgotten = before.ofNode() || event.ofNode() || !before.epoch().equals(event.epoch());
        return forgotten && published.wasRepeated(event.id());
    }

    private void end() {
        published.last().ifPresent(last -> {
            boolean there = at != null && at.epoch().equals(last.epoch()) && at.offset() >= last.offset();
            if (!there) {
                fault(Kind.SILENT_END, "it ended at " + at + ", the topic at " + last);
            }
        });
    }
}
