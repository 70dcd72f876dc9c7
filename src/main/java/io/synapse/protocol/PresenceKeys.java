package io.synapse.protocol;

import java.util.Optional;
import java.util.Set;

/** What a presence may be listed under. */
public final class PresenceKeys {

    /** The longest key, in characters. */
    public static final int MAX_LENGTH = 128;

    // JavaScript clients keep presences in a plain object, which has these names already: phoenix 1.7.21 throws on
    // every
    // one of them but prototype, and others write what they should not.
    private static final Set<String> TAKEN = Set.of(
            "__proto__",
            "constructor",
            "prototype",
            "hasOwnProperty",
            "isPrototypeOf",
            "propertyIsEnumerable",
            "toLocaleString",
            "toString",
            "valueOf",
            "__defineGetter__",
            "__defineSetter__",
            "__lookupGetter__",
            "__lookupSetter__");

    private PresenceKeys() {}

    /**
     * Checks a key.
     *
     * @param key any text
     * @return what is wrong with it, to be said after its name; empty if it is good
     */
    public static Optional<String> problem(String key) {
        if (key.isEmpty() || key.length() > MAX_LENGTH) {
            return Optional.of("must have 1 to " + MAX_LENGTH + " characters");
        }
        if (key.chars().anyMatch(Character::isISOControl)) {
            return Optional.of("must have no control characters");
        }
        return TAKEN.contains(key)
                ? Optional.of("must not be a name that JavaScript objects have: " + key)
                : Optional.empty();
    }
}
