package io.synapse.endpoint.rest;

/** The parameter {@code limit} of a list. It is taken as text: of one that is no number, the servers would make a 404. */
final class PageLimit {

    /** What is no number, or not within the bounds. */
    static final int WRONG = 0;

    private PageLimit() {}

    /** How many entries are wanted, 1 to a bound of four digits at most; else {@link #WRONG}. */
    static int of(String text, int most) {
        int entries = text.matches("\\d{1,4}") ? Integer.parseInt(text) : WRONG;
        return entries > most ? WRONG : entries;
    }
}
