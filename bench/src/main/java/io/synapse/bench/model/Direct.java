package io.synapse.bench.model;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;

/** Asks the model itself, as the engine does: by the JDK's client and HTTP/1.1. */
final class Direct implements Asking {

    private final HttpClient client;
    private final HttpRequest request;

    Direct(HttpClient client, URI model) {
        this.client = client;
        request = HttpRequest.newBuilder(URI.create(model + "/chat/completions"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"why?\"}]}"))
                .build();
    }

    @Override
    public long ask() throws IOException, InterruptedException {
        long begun = System.nanoTime();
        HttpResponse<java.io.InputStream> response = client.send(request, BodyHandlers.ofInputStream());
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            String line = lines.readLine();
            long first = System.nanoTime() - begun;
            if (line == null || !line.startsWith("data: ")) {
                throw new IOException("the model said " + line);
            }
            while (line != null) {
                line = lines.readLine();
            }
            return first;
        }
    }
}
