package io.synapse.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate for 127.0.0.1 that vouches for itself, and its key, in PEM format.
 *
 * @param file the certificate
 * @param keyFile the key
 */
public record Certificate(Path file, Path keyFile) {

    private static final String PASSWORD = "changeit";
    private static final int LINE = 64;

    /**
     * Makes one.
     *
     * @param folder for its files
     * @param name of these
     * @return it
     */
    public static Certificate make(Path folder, String name) {
        try (InputStream in = Files.newInputStream(store(folder, name, PASSWORD))) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, PASSWORD.toCharArray());
            byte[] certificate = keys.getCertificate(name).getEncoded();
            byte[] key = keys.getKey(name, PASSWORD.toCharArray()).getEncoded();
            return new Certificate(
                    write(folder.resolve(name + ".crt"), "CERTIFICATE", certificate),
                    write(folder.resolve(name + ".key"), "PRIVATE KEY", key));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Makes one with its key, in a key store.
     *
     * @param folder for it
     * @param name of the entry, and of the file without its suffix
     * @param password of both
     * @return the file, in PKCS12 format
     */
    public static Path store(Path folder, String name, String password) {
        Path store = folder.resolve(name + ".p12");
        try {
            Process made = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            name,
                            "-keyalg",
                            "RSA",
                            "-keysize",
                            "2048",
                            "-dname",
                            "CN=" + name,
                            "-ext",
                            "san=ip:127.0.0.1,dns:localhost",
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            store.toString(),
                            "-storepass",
                            password)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (made.waitFor() != 0) {
                throw new AssertionError(said);
            }
            return store;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static Path write(Path file, String kind, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(file, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }
}
