package io.synapse.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.synapse.testing.Ports;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A Keycloak with the realm of {@code keycloak/synapse-realm.json}, and what its operator does to it. */
final class Keycloak {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final Duration START = Duration.ofMinutes(4);
    private static final String OPERATOR = "operator";

    private final ServerProcess process;
    private final String base;

    private Keycloak(ServerProcess process, String base) {
        this.process = process;
        this.base = base;
    }

    /** Starts it and does not wait, so that the server under test can start meanwhile. */
    static Keycloak start(String redirectUri) throws IOException {
        Path home = Path.of(System.getProperty("synapse.it.keycloak"));
        Path realm = home.resolve("data/import/synapse-realm.json");
        Files.createDirectories(realm.getParent());
        try (InputStream template = Keycloak.class.getResourceAsStream("/keycloak/synapse-realm.json")) {
            String text = new String(template.readAllBytes(), StandardCharsets.UTF_8);
            Files.writeString(realm, text.replace("@REDIRECT@", redirectUri));
        }
        int port = Ports.free();
        ServerProcess process = new ServerProcess(
                "keycloak",
                List.of(
                        "sh",
                        home.resolve("bin/kc.sh").toString(),
                        "start-dev",
                        "--http-host=127.0.0.1",
                        "--http-port=" + port,
                        "--hostname=http://localhost:" + port,
                        "--db=dev-mem",
                        "--cache=local",
                        "--import-realm"),
                Map.of(
                        "JAVA_OPTS",
                        "-Xms64m -Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dfile.encoding=UTF-8",
                        "KC_BOOTSTRAP_ADMIN_USERNAME",
                        OPERATOR,
                        "KC_BOOTSTRAP_ADMIN_PASSWORD",
                        OPERATOR));
        return new Keycloak(process, "http://localhost:" + port);
    }

    void awaitReady() {
        process.awaitAnswer(URI.create(issuer() + "/.well-known/openid-configuration"), START);
    }

    String issuer() {
        return base + "/realms/synapse";
    }

    String keys() {
        return issuer() + "/protocol/openid-connect/certs";
    }

    /** The access token and the refresh token that a program gets for a user. */
    JsonNode login(String client, String user) throws Exception {
        return token(
                "synapse",
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        client,
                        "scope",
                        "openid",
                        "username",
                        user,
                        "password",
                        user + "-password"));
    }

    JsonNode refresh(String client, JsonNode earlier) throws Exception {
        return token(
                "synapse",
                Map.of(
                        "grant_type",
                        "refresh_token",
                        "client_id",
                        client,
                        "refresh_token",
                        earlier.path("refresh_token").asText()));
    }

    private JsonNode token(String realm, Map<String, String> form) throws Exception {
        String body = form.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(base + "/realms/" + realm + "/protocol/openid-connect/token"))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return JSON.readTree(expect(200, CLIENT.send(request, BodyHandlers.ofString())));
    }

    /** Makes a new key that tokens are signed with from now on; tokens of the old one stay good. */
    void rotateKeys() throws Exception {
        String realm = JSON.readTree(admin("GET", "", "", 200)).path("id").asText();
        admin("POST", "/components", """
                {"name":"next","providerId":"rsa-generated","providerType":"org.keycloak.keys.KeyProvider",
                 "parentId":"%s","config":{"priority":["1000"],"enabled":["true"],"active":["true"],
                 "algorithm":["RS256"],"keySize":["2048"]}}""".formatted(realm), 201);
    }

    /** Takes the first key away, and with it what it has signed. */
    void dropOldKeys() throws Exception {
        JsonNode providers = JSON.readTree(admin("GET", "/components?type=org.keycloak.keys.KeyProvider", "", 200));
        for (JsonNode provider : providers) {
            if (provider.path("name").asText().equals("rsa-generated")) {
                admin("DELETE", "/components/" + provider.path("id").asText(), "", 204);
            }
        }
    }

    void removeRole(String user, String role) throws Exception {
        JsonNode found = JSON.readTree(admin("GET", "/users?exact=true&username=" + user, "", 200));
        String mapped = admin("GET", "/roles/" + role, "", 200);
        String path = "/users/" + found.path(0).path("id").asText() + "/role-mappings/realm";
        admin("DELETE", path, "[" + mapped + "]", 204);
    }

    private String admin(String method, String path, String body, int status) throws Exception {
        JsonNode token = token(
                "master",
                Map.of("grant_type", "password", "client_id", "admin-cli", "username", OPERATOR, "password", OPERATOR));
        HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/admin/realms/synapse" + path))
                .timeout(TIMEOUT)
                .header("Authorization", "Bearer " + token.path("access_token").asText())
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        return expect(status, CLIENT.send(request, BodyHandlers.ofString()));
    }

    private static String expect(int status, HttpResponse<String> answer) {
        if (answer.statusCode() != status) {
            throw new AssertionError(answer.request().uri() + " answers " + answer.statusCode() + " " + answer.body());
        }
        return answer.body();
    }

    void stop() throws InterruptedException {
        process.stop();
    }
}
