package io.synapse.operations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/**
 * Answers as the HTTP API of a Consul agent is documented to: the three calls about one service that a node makes, and 404, 405, 400
 * or 403 for everything else. Consul itself was not run.
 */
final class ConsulStandIn implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern DURATION = Pattern.compile("(\\d+(\\.\\d+)?(ns|us|ms|s|m|h))+");
    private static final Set<String> SERVICE = Set.of(
            "ID",
            "Name",
            "Tags",
            "Address",
            "TaggedAddresses",
            "Meta",
            "Port",
            "Kind",
            "Check",
            "Checks",
            "EnableTagOverride",
            "Weights");
    private static final Set<String> CHECK = Set.of(
            "CheckID",
            "Name",
            "HTTP",
            "Method",
            "Header",
            "Body",
            "Interval",
            "Timeout",
            "TLSSkipVerify",
            "DeregisterCriticalServiceAfter",
            "Notes",
            "Status");

    private final HttpServer server;
    private final String token;
    private final Map<String, JsonNode> services = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile int failing;

    ConsulStandIn(int port, String token) throws IOException {
        this.token = token;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /** What is registered, by id. */
    Map<String, JsonNode> services() {
        return services;
    }

    /** Method and path of each request, in order. */
    List<String> requests() {
        return requests;
    }

    /** The agent has lost its data. */
    void forget() {
        services.clear();
    }

    /** Every request is answered with a status; 0 ends that. */
    void fail(int status) {
        failing = status;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        byte[] body = exchange.getRequestBody().readAllBytes();
        int status = failing != 0 ? failing : status(exchange, path, body);
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private int status(HttpExchange exchange, String path, byte[] body) throws IOException {
        if (!token.equals(exchange.getRequestHeaders().getFirst("X-Consul-Token"))) {
            return 403;
        }
        String method = exchange.getRequestMethod();
        if (path.equals("/v1/agent/service/register")) {
            return method.equals("PUT") ? register(body) : 405;
        }
        String deregister = "/v1/agent/service/deregister/";
        if (path.startsWith(deregister)) {
            if (!method.equals("PUT")) {
                return 405;
            }
            return services.remove(path.substring(deregister.length())) == null ? 404 : 200;
        }
        String service = "/v1/agent/service/";
        if (path.startsWith(service)) {
            return method.equals("GET") ? services.containsKey(path.substring(service.length())) ? 200 : 404 : 405;
        }
        return 404;
    }

    private int register(byte[] body) throws IOException {
        JsonNode service = JSON.readTree(body);
        JsonNode check = service.path("Check");
        boolean good = only(service, SERVICE)
                && only(check, CHECK)
                && service.path("Name").isTextual()
                && service.path("Port").isInt()
                && service.path("Tags").isArray()
                && URI.create(check.path("HTTP").asText()).isAbsolute()
                && DURATION.matcher(check.path("Interval").asText()).matches()
                && DURATION.matcher(check.path("Timeout").asText()).matches()
                && DURATION.matcher(check.path("DeregisterCriticalServiceAfter").asText())
                        .matches();
        if (good) {
            services.put(service.path("ID").asText(), service);
        }
        return good ? 200 : 400;
    }

    private static boolean only(JsonNode object, Set<String> known) {
        boolean[] good = {object.isObject()};
        object.fieldNames().forEachRemaining(name -> good[0] &= known.contains(name));
        return good[0];
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
