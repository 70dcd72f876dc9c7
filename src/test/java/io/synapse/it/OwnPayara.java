package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import io.synapse.testing.Certificate;
import io.synapse.testing.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A Payara Micro of a test's own, with TLS and with the files of {@code server-config/payara-micro}, whose output the test can
 * read.
 */
final class OwnPayara implements AutoCloseable {

    static final String PASSWORD = "the-password-of-the-key-store";
    private static final Path CONFIG = Path.of("server-config/payara-micro").toAbsolutePath();
    private static final int START_SECONDS = 180;

    private final Path folder;
    private final Process process;
    private final int port;
    private final int tlsPort;
    private final HttpClient client;

    private OwnPayara(Path folder, Process process, int port, int tlsPort) {
        this.folder = folder;
        this.process = process;
        this.port = port;
        this.tlsPort = tlsPort;
        this.client = HttpClient.newBuilder().sslContext(trusting(folder)).build();
    }

    /** Starts it in a folder, which holds its key store, its output and its audit log. */
    static OwnPayara start(Path folder, Map<String, String> environment) throws IOException, InterruptedException {
        if (!Files.exists(folder.resolve("synapse.p12"))) {
            Certificate.store(folder, "synapse", PASSWORD);
        }
        // Small files, so that a test sees them change.
        String logging = Files.readString(CONFIG.resolve("logging.properties"))
                + Files.readString(CONFIG.resolve("audit.properties")).replace("10485760", "20000");
        Path loggingFile = Files.writeString(folder.resolve("logging.properties"), logging);
        Path options = Files.writeString(
                folder.resolve("tls.args"),
                Files.readString(CONFIG.resolve("tls.args")).replace("changeit", PASSWORD));
        int port = Ports.free(1);
        int tlsPort = port + 1;
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        List<String> command = Jvm.command(
                "@" + options,
                "-Xmx512m",
                "-Djava.io.tmpdir=" + temporary,
                "-jar",
                Path.of(System.getProperty("java.io.tmpdir"), "payara-micro.jar")
                        .toString(),
                "--nocluster",
                "--disablephonehome",
                "--contextroot",
                "/",
                "--port",
                Integer.toString(port),
                "--sslport",
                Integer.toString(tlsPort),
                "--sslcert",
                "synapse",
                "--logproperties",
                loggingFile.toString(),
                "--prebootcommandfile",
                CONFIG.resolve("pre-boot.asadmin").toString(),
                "--deploy",
                Path.of(System.getProperty("synapse.it.war", "target/synapse.war"))
                        .toAbsolutePath()
                        .toString());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("output.log").toFile()));
        builder.environment().putAll(environment);
        OwnPayara server = new OwnPayara(folder, builder.start(), port, tlsPort);
        try {
            await("synapse-ready in /health/ready")
                    .atMost(START_SECONDS, SECONDS)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> server.isUp() || !server.process.isAlive());
        } catch (RuntimeException e) {
            server.close();
            throw new AssertionError(server.output(), e);
        }
        return server;
    }

    private boolean isUp() throws IOException, InterruptedException {
        HttpResponse<String> answer = ask("http", "GET", "/health/ready");
        return answer.statusCode() == 200 && answer.body().contains("synapse-ready");
    }

    private static SSLContext trusting(Path folder) {
        try (var in = Files.newInputStream(folder.resolve("synapse.p12"))) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Trusts the certificate of the server. */
    HttpClient client() {
        return client;
    }

    /** Of {@code http}, {@code https}, {@code ws} and {@code wss}. */
    URI uri(String scheme, String path) {
        return URI.create(
                scheme + "://127.0.0.1:" + (scheme.endsWith("s") && !scheme.equals("ws") ? tlsPort : port) + path);
    }

    HttpResponse<String> ask(String scheme, String method, String path, String... headers)
            throws IOException, InterruptedException {
        return ask(scheme, method, path, "", headers);
    }

    HttpResponse<String> ask(String scheme, String method, String path, String body, String[] headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(scheme, path))
                .timeout(Duration.ofSeconds(20))
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Everything it has printed. */
    String output() {
        try {
            return Files.readString(folder.resolve("output.log"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The files of its audit log. */
    List<Path> auditFiles() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(path -> path.getFileName().toString().matches("synapse-audit\\.\\d+\\.log"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All lines of its audit log that are still there. */
    String audit() {
        StringBuilder all = new StringBuilder();
        auditFiles().forEach(path -> {
            try {
                all.append(Files.readString(path, StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return all.toString();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(60, SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
