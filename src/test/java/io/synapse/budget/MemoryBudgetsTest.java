package io.synapse.budget;

import io.synapse.config.BudgetConfig;
import io.synapse.testing.ManualTimers;
import java.time.Clock;

class MemoryBudgetsTest extends BudgetsContract {

    @Override
    Budgets budgets(BudgetConfig config, Clock clock, ManualTimers timers) {
        return new MemoryBudgets(config, clock, timers);
    }
}
