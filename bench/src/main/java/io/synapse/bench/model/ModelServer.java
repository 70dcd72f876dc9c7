package io.synapse.bench.model;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Speaks OpenAI's streamed chat completions: says its first word at once, and one more in each interval. */
final class ModelServer implements AutoCloseable {

    private static final int TOKENS = 20;
    private static final long PAUSE_MILLIS = 50;
    private static final byte[] TOKEN = event(
            "{\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a few words \"},\"finish_reason\":null}]}");
    private static final byte[] END = event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
    private static final byte[] DONE = event("[DONE]");

    private final HttpServer server;
    private final ExecutorService threads;

    ModelServer(int streams) throws IOException {
        // Otherwise it holds words back for 40 ms, and closes connections while its clients are about to use them
        // again.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxIdleConnections", String.valueOf(2 * streams));
        threads = Executors.newFixedThreadPool(streams);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), streams);
        server.setExecutor(threads);
        server.createContext("/v1/chat/completions", ModelServer::answer);
        server.start();
    }

    URI baseUrl() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1");
    }

    private static byte[] event(String data) {
        return ("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            for (int i = 0; i < TOKENS; i++) {
                out.write(TOKEN);
                out.flush();
                Thread.sleep(PAUSE_MILLIS);
            }
            out.write(END);
            out.write(DONE);
        } catch (InterruptedException e) {
            // The run is over.
            Thread.currentThread().interrupt();
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
