package io.synapse.engine.library;

import io.synapse.config.ConfigException;
import io.synapse.config.LibraryConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads the documents of the library, one after the other: those of a folder, or the documentation that is packed into
 * the WAR. Of that an index is packed too, because not every server can list a folder of the class path.
 */
final class DocumentReader {

    static final String PACKED = "synapse-docs/";

    private static final String INDEX = PACKED + "index.txt";
    private static final int MAX_INDEX_BYTES = 1024 * 1024;

    private final LibraryConfig config;
    private final ClassLoader resources;
    private final LeftOut leftOut;
    private long totalBytes;

    DocumentReader(LibraryConfig config, ClassLoader resources, LeftOut leftOut) {
        this.config = config;
        this.resources = resources;
        this.leftOut = leftOut;
    }

    /**
     * Reads everything within the bounds, in the order of the names.
     *
     * @throws ConfigException if the configured folder cannot be read
     * @throws IOException if the thread is interrupted, which it then still is, or the packed documentation cannot
     *     be read
     */
    void read(Consumer<SourceDocument> each) throws IOException {
        if (config.folder().isPresent()) {
            readFolder(config.folder().get(), each);
        } else {
            readPacked(each);
        }
    }

    private void readFolder(String folder, Consumer<SourceDocument> each) throws IOException {
        Map<String, Path> files;
        try {
            files = FolderListing.of(Path.of(folder), config.maxDocuments(), leftOut);
        } catch (IOException | InvalidPathException e) {
            throw new ConfigException("synapse.library.folder", "is not a folder that can be read: " + e);
        }
        for (Map.Entry<String, Path> file : files.entrySet()) {
            stopIfInterrupted();
            try (InputStream in = Files.newInputStream(file.getValue(), LinkOption.NOFOLLOW_LINKS)) {
                read(file.getKey(), in, each);
            } catch (IOException e) {
                leftOut.unreadable();
            }
        }
    }

    private void readPacked(Consumer<SourceDocument> each) throws IOException {
        byte[] index;
        try (InputStream in = resources.getResourceAsStream(INDEX)) {
            index = in == null ? new byte[0] : in.readNBytes(MAX_INDEX_BYTES);
        }
        int count = 0;
        for (String line : new String(index, StandardCharsets.UTF_8).lines().toList()) {
            String name = line.strip();
            if (name.isEmpty()) {
                continue;
            }
            if (++count > config.maxDocuments()) {
                leftOut.tooMany();
                continue;
            }
            try (InputStream in = resources.getResourceAsStream(PACKED + name)) {
                if (in == null) {
                    leftOut.unreadable();
                } else {
                    read(name, in, each);
                }
            }
        }
    }

    private void read(String name, InputStream in, Consumer<SourceDocument> each) throws IOException {
        if (totalBytes >= config.maxTotalBytes()) {
            leftOut.tooMany();
            return;
        }
        byte[] bytes = in.readNBytes(config.maxDocumentBytes());
        totalBytes += bytes.length;
        boolean isShortened = bytes.length == config.maxDocumentBytes() && in.read() >= 0;
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf('\0') >= 0) {
            leftOut.notText();
            return;
        }
        if (isShortened) {
            leftOut.shortened();
            text = withoutTornEnd(text);
        }
        each.accept(new SourceDocument(name, clean(text)));
    }

    // The reads do not notice an interrupt themselves, and there may be many.
    private static void stopIfInterrupted() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("interrupted while the library was read");
        }
    }

    // The bound may have parted the bytes of the last character.
    private static String withoutTornEnd(String text) {
        return text.endsWith("\uFFFD") ? text.substring(0, text.length() - 1) : text;
    }

    private static String clean(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\r') {
                boolean isPair = i + 1 < text.length() && text.charAt(i + 1) == '\n';
                clean.append(isPair ? "" : "\n");
            } else if (c != '\uFEFF') {
                clean.append(Character.isISOControl(c) && c != '\n' && c != '\t' ? ' ' : c);
            }
        }
        return clean.toString();
    }
}
