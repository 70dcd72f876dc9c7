package io.synapse.security.key;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;

/**
 * A file of keys, for one node. It is replaced as a whole: a crash leaves the old one or the new one. Only its owner may read it
 * where the file system knows owners. For one writer at a time.
 */
public final class KeyFile {

    private static final int MAX_BYTES = 256 * 1024 * 1024;

    private final Path path;

    /**
     * A file that need not be there yet.
     *
     * @param path of the file, in a folder that is there and can be written
     */
    public KeyFile(Path path) {
        this.path = path.toAbsolutePath();
    }

    /**
     * Reads the keys.
     *
     * @return those in the file; none if there is no file
     * @throws IllegalStateException if it cannot be read, or does not hold what {@link #write} has written
     */
    List<ManagedKey> read() {
        if (!Files.exists(path)) {
            return List.of();
        }
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new IllegalStateException("synapse.auth.key-file: larger than any this server writes: " + path);
            }
            return KeyText.read(Files.readString(path, StandardCharsets.UTF_8));
        } catch (CharacterCodingException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "synapse.auth.key-file: " + path + " is damaged, " + e.getMessage()
                            + "; put a copy in its place, or take it away to begin without managed keys",
                    e);
        } catch (IOException e) {
            throw new IllegalStateException("synapse.auth.key-file: cannot read " + path, e);
        }
    }

    /**
     * Writes the keys in the place of those that were there.
     *
     * @param keys all
     * @throws UncheckedIOException if it could not; the file is as it was
     */
    void write(List<ManagedKey> keys) {
        ByteBuffer text = ByteBuffer.wrap(KeyText.write(keys).getBytes(StandardCharsets.UTF_8));
        boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] owner = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        try {
            Path folder = Objects.requireNonNull(path.getParent(), "a file is in a folder");
            Path written = Files.createTempFile(folder, name() + ".", ".tmp", owner);
            try {
                try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
                    while (text.hasRemaining()) {
                        channel.write(text);
                    }
                    channel.force(true);
                }
                Files.move(written, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(written);
            }
            if (posix) {
                // The new name is in the folder, which has a buffer of its own.
                try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                    channel.force(true);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path, e);
        }
    }

    private String name() {
        return Objects.requireNonNull(path.getFileName(), "a key file has a name")
                .toString();
    }
}
