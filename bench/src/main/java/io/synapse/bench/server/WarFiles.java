package io.synapse.bench.server;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Packs the two WARs: Synapse's with one engine more, and the bare endpoint's. */
final class WarFiles {

    private static final String CLASSES = "WEB-INF/classes";

    private WarFiles() {}

    /** Synapse as it was built, and the engine. */
    static Path synapse(Path built, Path folder) throws IOException {
        if (!Files.exists(built)) {
            throw new IOException("build Synapse first: there is no " + built);
        }
        Path war = Files.copy(built, folder.resolve("synapse.war"), StandardCopyOption.REPLACE_EXISTING);
        add(war, Map.of("create", "false"), "io/synapse/bench/engine");
        return war;
    }

    /** The bare endpoint, at {@code /bare}. */
    static Path bare(Path folder) throws IOException {
        Path war = folder.resolve("bare.war");
        Files.deleteIfExists(war);
        add(war, Map.of("create", "true"), "io/synapse/bench/bare");
        try (FileSystem zip = FileSystems.newFileSystem(war, Map.<String, String>of())) {
            Files.writeString(zip.getPath("ready.txt"), "ready");
        }
        return war;
    }

    private static void add(Path war, Map<String, String> mode, String folder) throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(war, mode)) {
            Path classes = classes();
            for (Path file : packageOf(classes.resolve(folder))) {
                Path target = zip.getPath(CLASSES, classes.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }

    // by name: on this side nothing has the classes that they extend
    private static List<Path> packageOf(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.endsWith("package-info.class")).toList();
        }
    }

    private static Path classes() throws IOException {
        try {
            return Path.of(WarFiles.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
