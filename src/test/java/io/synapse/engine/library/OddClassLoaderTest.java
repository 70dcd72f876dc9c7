package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lucene finds its codecs by service look-up, when its classes are first used. On a server the context class loader of
 * the thread may then be anybody's. Failure would show as "An SPI class of type org.apache.lucene.codecs.Codec with
 * name 'Lucene912' does not exist".
 */
class OddClassLoaderTest {

    /** Runs in a class loader of its own, so that Lucene is new in each test. */
    public static final class Inside {

        private Inside() {}

        /** Asks and answers by types that all class loaders share. */
        public static String answer(String folder, String question) {
            LibraryEngine engine = Ask.engine(java.nio.file.Path.of(folder));
            try {
                return (String) Ask.ask(engine, question, new FakeContext()).get("answer");
            } finally {
                engine.stop();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "empty", "server's"})
    @DisplayName("Lucene works whatever the context class loader of the thread is")
    void worksUnderAnyContextClassLoader(String kind) throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader application = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader());
                URLClassLoader empty = new URLClassLoader(new URL[0], null)) {
            Thread.currentThread()
                    .setContextClassLoader(
                            switch (kind) {
                                case "none" -> null;
                                case "empty" -> empty;
                                default -> before;
                            });
            Object answer = application
                    .loadClass(Inside.class.getName())
                    .getMethod("answer", String.class, String.class)
                    .invoke(null, Ask.sample().toString(), "octopus");

            assertThat((String) answer).contains("The mascot of the project");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private static URL[] classPath() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(new File(entry).toURI().toURL());
        }
        return urls.toArray(URL[]::new);
    }
}
