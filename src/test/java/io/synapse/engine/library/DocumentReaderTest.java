package io.synapse.engine.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.synapse.config.ConfigException;
import io.synapse.config.LibraryConfig;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentReaderTest {

    @TempDir
    private Path temp;

    private Path folder;
    private final LeftOut leftOut = new LeftOut();

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(temp.resolve("library"));
    }

    @Test
    void readsDocumentsOfAllFormatsBeneathTheFolder() throws IOException {
        Files.createDirectories(folder.resolve("a/b"));
        for (String name :
                new String[] {"x.md", "a/x.markdown", "a/b/x.HTML", "x.htm", "x.xhtml", "x.txt", "x.pdf", "x"}) {
            write(name, name);
        }

        assertThat(read(100, 100).keySet())
                .containsExactly("a/b/x.HTML", "a/x.markdown", "x.htm", "x.md", "x.txt", "x.xhtml");
        assertThat(leftOut.isNothing()).isTrue();
    }

    @Test
    void keepsTheFirstNamesWhenThereAreTooManyAndCountsTheRest() throws IOException {
        for (int i = 19; i >= 0; i--) {
            write(String.format("%02d.md", i), "x");
        }

        assertThat(read(3, 100).keySet()).containsExactly("00.md", "01.md", "02.md");
        assertThat(leftOut)
                .hasToString("17 documents beyond the bounds, 0 unreadable, "
                        + "0 links out of the folder, 0 not text; 0 shortened");
    }

    @Test
    void shortensALongDocumentBetweenCharactersAndCountsIt() throws IOException {
        write("exact.md", "x".repeat(10));
        write("long.md", "x".repeat(9) + "é");

        assertThat(read(100, 10)).containsEntry("exact.md", "x".repeat(10)).containsEntry("long.md", "x".repeat(9));
        assertThat(leftOut.toString()).contains("1 shortened");
    }

    @Test
    @Tag("M18")
    @DisplayName("M18: follows no link out of the folder, and one within it")
    void followsLinksOnlyWithin() throws IOException {
        Files.writeString(temp.resolve("secret.md"), "secret");
        write("real.md", "real");
        Files.createSymbolicLink(folder.resolve("in.md"), Path.of("real.md"));
        Files.createSymbolicLink(folder.resolve("out.md"), Path.of("../secret.md"));
        Files.createSymbolicLink(folder.resolve("absolute.md"), temp.resolve("secret.md"));
        Files.createSymbolicLink(folder.resolve("up"), Path.of(".."));
        Files.createSymbolicLink(folder.resolve("up.md"), Path.of(".."));
        Files.createSymbolicLink(folder.resolve("dangling.md"), Path.of("nowhere.md"));

        assertThat(read(100, 100)).containsOnly(Map.entry("in.md", "real"), Map.entry("real.md", "real"));
        assertThat(leftOut.toString()).contains("3 links out of the folder").contains("1 unreadable");
    }

    // Kubernetes shows a ConfigMap as links to a hidden folder; each document would else be there twice.
    @Test
    void readsAMountedConfigMapOnce() throws IOException {
        Files.createDirectory(folder.resolve("..2026_01_01"));
        write("..2026_01_01/guide.md", "guide");
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_01_01"));
        Files.createSymbolicLink(folder.resolve("guide.md"), Path.of("..data/guide.md"));

        assertThat(read(100, 100)).containsOnly(Map.entry("guide.md", "guide"));
    }

    @Test
    void readsAFolderThatIsALinkItself() throws IOException {
        write("a.md", "a");
        folder = Files.createSymbolicLink(temp.resolve("link"), folder);

        assertThat(read(100, 100)).containsKey("a.md");
    }

    @Test
    void leavesOutWhatIsNotTextAndCleansWhatIs() throws IOException {
        write("binary.txt", "PK\0\0");
        write("windows.txt", "\uFEFFa\r\nb\rc\td\u001B[2J\u0085e");
        Files.write(folder.resolve("latin.txt"), new byte[] {'a', (byte) 0xE9, 'b'});

        assertThat(read(100, 100))
                .containsOnly(Map.entry("windows.txt", "a\nb\nc\td [2J e"), Map.entry("latin.txt", "a\uFFFDb"));
        assertThat(leftOut.toString()).contains("1 not text");
    }

    @Test
    @Tag("M6")
    @DisplayName("M6: an interrupt ends the reading, and is not taken for documents that cannot be read")
    void stopsAtAnInterrupt() throws IOException {
        write("a.md", "a");
        write("b.md", "b");
        LibraryConfig config = new LibraryConfig(Optional.of(folder.toString()), 0, 3, 100, 100, 1 << 20);
        DocumentReader reader = new DocumentReader(config, null, leftOut);

        try {
            assertThatThrownBy(
                            () -> reader.read(document -> Thread.currentThread().interrupt()))
                    .isInstanceOf(InterruptedIOException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(leftOut.isNothing()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing", "file.md", "\0"})
    void namesThePropertyWhenTheFolderCannotBeRead(String name) throws IOException {
        write("file.md", "x");
        LibraryConfig config = new LibraryConfig(Optional.of(folder + "/" + name), 0, 3, 100, 100, 1 << 20);

        assertThatThrownBy(() -> new DocumentReader(config, null, leftOut).read(document -> {}))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith("synapse.library.folder: is not a folder that can be read");
    }

    @Test
    @DisplayName("Once the bytes of all documents together are read, the documents that remain are left out")
    void stopsAtTheBytesOfAllDocuments() throws IOException {
        write("a.md", "a".repeat(1000));
        write("b.md", "b".repeat(1000));
        write("c.md", "c");
        LibraryConfig config = new LibraryConfig(Optional.of(folder.toString()), 0, 3, 100, 10_000, 2000);
        List<String> names = new ArrayList<>();
        new DocumentReader(config, null, leftOut).read(document -> names.add(document.name()));

        assertThat(names).containsExactly("a.md", "b.md");
        assertThat(leftOut.toString()).contains("1 documents beyond the bounds");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private Map<String, String> read(int maxDocuments, int maxBytes) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        LibraryConfig config = new LibraryConfig(Optional.of(folder.toString()), 0, 3, maxDocuments, maxBytes, 1 << 20);
        new DocumentReader(config, null, leftOut).read(document -> texts.put(document.name(), document.text()));
        return texts;
    }
}
