package io.synapse.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Talks to the REST side of a node. The key goes nowhere else: redirects are not followed. */
final class AdminClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final URI base;
    private final String key;

    /**
     * A client.
     *
     * @param url where the node is
     * @param anyHttp whether the key may go over a network without TLS
     * @param key of an admin
     * @throws UsageException if the URL is none, or would give the key away
     */
    AdminClient(String url, boolean anyHttp, String key) throws UsageException {
        this.base = base(url);
        this.key = key;
        if (!base.getScheme().equals("https") && !anyHttp && !isHere(base.getHost())) {
            throw new UsageException(
                    "--url must begin with https:, or the key could be read on its way (--allow-http)");
        }
    }

    private static URI base(String url) throws UsageException {
        try {
            URI uri = new URI(url.endsWith("/") ? url : url + "/");
            if (("http".equals(uri.getScheme()) || "https".equals(uri.getScheme())) && uri.getHost() != null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new UsageException("--url is no URL: " + e.getReason());
        }
        throw new UsageException("--url must be like https://synapse.example.com");
    }

    private static boolean isHere(String host) {
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        if (bare.equals("localhost")) {
            return true;
        }
        try {
            // Never a name, which somebody else could make lead here.
            return bare.matches("[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")
                    && InetAddress.getByName(bare).isLoopbackAddress();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Asks.
     *
     * @param method the HTTP method
     * @param path under {@code /api/}
     * @param body JSON; empty for none
     * @return the answer, whatever its status
     * @throws IOException if there is none
     * @throws InterruptedException if the thread is interrupted
     */
    HttpResponse<String> ask(String method, String path, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request;
        try {
            request = HttpRequest.newBuilder(base.resolve("api/" + path))
                    .timeout(TIMEOUT)
                    .header("Authorization", "Bearer " + key)
                    .header("Accept", "application/json, application/problem+json");
        } catch (IllegalArgumentException e) {
            // The message could hold the key.
            throw new IOException("the key cannot be sent in a header", null);
        }
        if (body.isEmpty()) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body));
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
