package io.synapse.routing;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Answers a message when what it asked for is done, whichever thread that is on. */
final class Answers {

    private static final System.Logger LOGGER = System.getLogger(Answers.class.getName());

    private Answers() {}

    /**
     * Answers once. A stage keeps to itself what is thrown here, so a failure to answer is answered as one, and logged.
     *
     * @param stage what was asked for
     * @param done tells the client what came of it
     * @param failed tells the client that it failed
     */
    static <T> void when(CompletionStage<T> stage, Consumer<T> done, Consumer<Throwable> failed) {
        stage.whenComplete((value, failure) -> {
            try {
                if (failure == null) {
                    done.accept(value);
                    return;
                }
            } catch (RuntimeException | LinkageError | StackOverflowError e) {
                tell(e, failed);
                return;
            }
            tell(failure, failed);
        });
    }

    private static void tell(Throwable failure, Consumer<Throwable> failed) {
        try {
            failed.accept(failure);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            e.addSuppressed(failure);
            LOGGER.log(Level.ERROR, "a failure could not be answered", e);
        }
    }
}
