package io.synapse.it;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The running server as a client sees it; hides in what the servers differ. */
public final class Server {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final int port;
    private final int healthPort;

    private Server(int port, int healthPort) {
        this.port = port;
        this.healthPort = healthPort;
    }

    /**
     * The server that Arquillian deployed to, once Synapse is ready there.
     *
     * <p>Only the port is taken from the URL: Payara's adapter names an outer interface. And a returned deployment is
     * no proof: Payara Micro answers 404 after one that failed.
     */
    public static Server ready(URL arquillian) {
        var server = at(arquillian);
        await("synapse-ready in /health/ready")
                .atMost(60, SECONDS)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(server::isReady);
        return server;
    }

    /** The server that Arquillian deployed to, whether Synapse is ready there or not. */
    public static Server at(URL arquillian) {
        var healthPort = System.getProperty("synapse.it.health.port", "");
        return new Server(
                arquillian.getPort(), healthPort.isEmpty() ? arquillian.getPort() : Integer.parseInt(healthPort));
    }

    /** Which of {@code payara}, {@code wildfly} and {@code liberty} this is. */
    public static String name() {
        return System.getProperty("arquillian.launch", "payara");
    }

    public URI http(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public URI webSocket(String path) {
        return URI.create("ws://127.0.0.1:" + port + path);
    }

    /** @param path begins with {@code /health} */
    public URI health(String path) {
        return URI.create("http://127.0.0.1:" + healthPort + path);
    }

    public static HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
        return CLIENT.send(HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(), BodyHandlers.ofString());
    }

    public static HttpResponse<String> get(URI uri, String key) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(uri)
                        .timeout(TIMEOUT)
                        .header("Authorization", "Bearer " + key)
                        .build(),
                BodyHandlers.ofString());
    }

    /** @param key may be empty, then none is shown */
    public static HttpResponse<String> post(URI uri, String key) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri).timeout(TIMEOUT).POST(HttpRequest.BodyPublishers.noBody());
        if (!key.isEmpty()) {
            request.header("Authorization", "Bearer " + key);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    /** One figure of the node, as {@code /api/metrics} tells it in development mode. */
    public long metric(String name) throws IOException, InterruptedException {
        String text = get(http("/api/metrics"), "test_key").body();
        return text.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in\n" + text));
    }

    public int port() {
        return port;
    }

    private boolean isReady() throws IOException, InterruptedException {
        var answer = get(health("/health/ready"));
        return answer.statusCode() == 200 && answer.body().contains("synapse-ready");
    }
}
