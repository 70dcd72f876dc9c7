package io.synapse.engine.library;

import io.synapse.config.LibraryConfig;
import io.synapse.engine.Answer;
import io.synapse.engine.Question;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Short ways to make an engine and to ask it. */
final class Ask {

    static final double PACE = 40;

    private static final int MIB = 1024 * 1024;

    private Ask() {}

    /** The folder of sample documents among the test resources. */
    static Path sample() {
        URL url = Ask.class.getClassLoader().getResource("library/sample");
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static LibraryConfig config(Path folder) {
        return new LibraryConfig(Optional.of(folder.toString()), PACE, 3, 1000, MIB, 128 * MIB);
    }

    static LibraryEngine engine(Path folder) {
        return engine(config(folder));
    }

    static LibraryEngine engine(LibraryConfig config) {
        return new LibraryEngine(config, false, Ask.class.getClassLoader());
    }

    static Question question(String text) {
        return question(text, OptionalDouble.empty());
    }

    static Question question(String text, OptionalDouble pace) {
        return new Question("library", "q1", text, Question.DEFAULT_PRIORITY, Instant.EPOCH, pace, Optional.empty());
    }

    static Map<String, Object> ask(LibraryEngine engine, String text, FakeContext context) {
        try {
            Answer answer =
                    engine.answer(question(text), context).toCompletableFuture().getNow(null);
            return answer.data();
        } catch (java.io.IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
