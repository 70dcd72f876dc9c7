package io.synapse.engine.library;

/** Counts what did not become part of the library, and why. For one thread. */
final class LeftOut {

    private int tooMany;
    private int unreadable;
    private int outside;
    private int notText;
    private int shortened;

    void tooMany() {
        tooMany++;
    }

    void unreadable() {
        unreadable++;
    }

    void outside() {
        outside++;
    }

    void notText() {
        notText++;
    }

    void shortened() {
        shortened++;
    }

    boolean isNothing() {
        return tooMany + unreadable + outside + notText + shortened == 0;
    }

    @Override
    public String toString() {
        return tooMany + " documents beyond the bounds, " + unreadable + " unreadable, " + outside
                + " links out of the folder, " + notText + " not text; " + shortened + " shortened";
    }
}
