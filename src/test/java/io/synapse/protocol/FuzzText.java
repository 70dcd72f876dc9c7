package io.synapse.protocol;

import java.util.List;
import java.util.Random;

/** Texts that were well-formed before somebody fell on the keyboard. */
final class FuzzText {

    private FuzzText() {}

    /** One of the seeds with pieces taken out, doubled, and replaced by tokens or any character. */
    static String mutated(Random random, List<String> seeds, String... tokens) {
        StringBuilder frame = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
        for (int changes = 1 + random.nextInt(6); changes > 0; changes--) {
            int at = random.nextInt(frame.length() + 1);
            int to = Math.min(frame.length(), at + random.nextInt(8));
            switch (random.nextInt(5)) {
                case 0 -> frame.delete(at, to);
                case 1 -> frame.insert(at, frame.substring(at, to));
                case 2 -> frame.insert(at, tokens[random.nextInt(tokens.length)]);
                case 3 -> frame.replace(at, to, tokens[random.nextInt(tokens.length)]);
                default -> frame.insert(at, (char) random.nextInt(0x10000));
            }
        }
        return frame.toString();
    }
}
