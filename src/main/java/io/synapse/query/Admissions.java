package io.synapse.query;

import io.synapse.budget.Budgets;
import io.synapse.budget.Level;
import io.synapse.platform.Counter;
import io.synapse.query.QueryScheduler.Bound;
import io.synapse.query.QueryService.Submission;
import java.util.List;
import java.util.Optional;

/** Who may ask: there must be a place, and something left of the subject's budget. Safe for use by many threads. */
final class Admissions {

    private final QueryScheduler scheduler;
    private final QueryEnvironment environment;

    Admissions(QueryScheduler scheduler, QueryEnvironment environment) {
        this.scheduler = scheduler;
        this.environment = environment;
    }

    /** A place and what it takes of the budget: both are used, or both are given back. */
    final class Grant {
        private final QueryScheduler.Slot slot;
        private final String subject;
        private final Optional<Budgets.Admission> admission;

        private Grant(QueryScheduler.Slot slot, String subject, Optional<Budgets.Admission> admission) {
            this.slot = slot;
            this.subject = subject;
            this.admission = admission;
        }

        QueryScheduler.Slot slot() {
            return slot;
        }

        /** Of which limits the subject is to be warned. */
        List<Level> warnings() {
            return admission.map(Budgets.Admission::warnings).orElse(List.of());
        }

        void giveBack() {
            slot.giveBack();
            admission.ifPresent(taken -> environment.budgets().giveBack(subject, taken));
        }
    }

    /** What came of it: a grant, or else why there is none. */
    record Outcome(Grant grant, Submission refused) {}

    /**
     * Asks for a place.
     *
     * @param payer whose
     * @param counts whether it takes something of the budget: a call of a tool does not
     */
    Outcome admit(Payer payer, boolean counts) {
        QueryScheduler.Reservation place = scheduler.reserve(payer.tenant());
        if (place.slot() == null) {
            return new Outcome(
                    null, place.reached() == Bound.TENANT ? Submission.TENANT_OVERLOADED : Submission.OVERLOADED);
        }
        if (!counts) {
            return new Outcome(new Grant(place.slot(), payer.subject(), Optional.empty()), null);
        }
        Budgets.Admission admission = environment.budgets().admit(payer.subject());
        return switch (admission.decision()) {
            case ADMITTED -> new Outcome(new Grant(place.slot(), payer.subject(), Optional.of(admission)), null);
            case EXHAUSTED -> {
                place.slot().giveBack();
                environment.counters().increment(Counter.BUDGET_REFUSED);
                yield new Outcome(null, Submission.BUDGET_EXHAUSTED);
            }
            case FULL -> {
                place.slot().giveBack();
                yield new Outcome(null, Submission.OVERLOADED);
            }
        };
    }
}
