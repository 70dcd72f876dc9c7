package io.synapse.engine.library;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Finds the documents beneath a folder. Of too many it keeps those whose names come first, so that what is left out
 * does not change from start to start, and its memory is bounded however many files there are.
 *
 * <p>A link is followed only to a file that lies within the folder too: that is how Kubernetes lays out a mounted
 * ConfigMap. Anything hidden is left alone, for the same layout would else show each file twice.
 */
final class FolderListing {

    private static final Set<String> ENDINGS = Set.of("md", "markdown", "html", "htm", "xhtml", "txt");
    private static final int MAX_DEPTH = 32;

    private final Path root;
    private final int max;
    private final LeftOut leftOut;
    private final SortedMap<String, Path> files = new TreeMap<>();

    private FolderListing(Path root, int max, LeftOut leftOut) {
        this.root = root;
        this.max = max;
        this.leftOut = leftOut;
    }

    /**
     * The documents by name, each with its real path.
     *
     * @throws IOException if the folder itself cannot be read
     */
    static SortedMap<String, Path> of(Path folder, int max, LeftOut leftOut) throws IOException {
        FolderListing listing = new FolderListing(folder.toRealPath(), max, leftOut);
        try (var entries = Files.newDirectoryStream(listing.root)) {
            entries.iterator().hasNext();
        }
        Files.walkFileTree(listing.root, Set.of(), MAX_DEPTH, listing.visitor());
        return listing.files;
    }

    private FileVisitor<Path> visitor() {
        return new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return !folder.equals(root) && isHidden(folder)
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (!isHidden(file) && isDocument(file)) {
                    add(file, attributes);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                leftOut.unreadable();
                return FileVisitResult.CONTINUE;
            }
        };
    }

    private void add(Path file, BasicFileAttributes attributes) {
        try {
            Path real = attributes.isSymbolicLink() ? file.toRealPath() : file;
            if (!real.startsWith(root)) {
                leftOut.outside();
                return;
            }
            if (!Files.isRegularFile(real)) {
                return;
            }
            files.put(root.relativize(file).toString().replace('\\', '/'), real);
            if (files.size() > max) {
                files.remove(files.lastKey());
                leftOut.tooMany();
            }
        } catch (IOException e) {
            leftOut.unreadable();
        }
    }

    private static boolean isHidden(Path path) {
        return name(path).startsWith(".");
    }

    private static boolean isDocument(Path file) {
        String name = name(file).toLowerCase(Locale.ROOT);
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
