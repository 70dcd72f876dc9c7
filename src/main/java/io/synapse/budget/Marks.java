package io.synapse.budget;

import java.util.List;

/** Which warnings were given in a window: at 80 and at 95 percent, each once. For one thread at a time. */
final class Marks {

    private static final int[] PERCENT = {80, 95};

    private int given;

    /** A warning, if a mark is passed for which none was given; of several marks passed at once, one. */
    List<Level> passed(Level level) {
        int reached = given;
        while (reached < PERCENT.length && level.percent() >= PERCENT[reached]) {
            reached++;
        }
        if (reached == given) {
            return List.of();
        }
        given = reached;
        return List.of(level);
    }

    /** The last warning was not told: the marks that are not reached any more may be passed again. */
    void takeBack(Level now) {
        while (given > 0 && now.percent() < PERCENT[given - 1]) {
            given--;
        }
    }

    /** A window begins. */
    void clear() {
        given = 0;
    }
}
