package io.synapse.operations;

import io.synapse.config.ConsulConfig;
import io.synapse.platform.Timers;
import io.synapse.platform.Timers.Timer;
import io.synapse.protocol.JsonValues;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Registers this node with the Consul agent of its machine, and sees to it that the agent does not forget it. One request is under
 * way at a time; while the agent is away it is tried again, less and less often. Nothing else waits for it. Safe for use by many
 * threads.
 */
public final class ConsulRegistration {

    private static final System.Logger LOGGER = System.getLogger(ConsulRegistration.class.getName());
    private static final int OK = 200;
    private static final int MULTIPLE_CHOICES = 300;
    private static final int NOT_FOUND = 404;

    private final ConsulConfig config;
    private final String id;
    private final String service;
    private final Timers timers;
    private final HttpClient client;

    private CompletableFuture<Void> underWay = CompletableFuture.completedFuture(null);
    private Timer next = Timer.NONE;
    private Duration wait;
    private boolean registered;
    private boolean stopping;

    /**
     * A node that is not registered yet.
     *
     * @param config how
     * @param node the name of this node
     * @param version of the application
     * @param timers for what is tried again
     * @param executor gives the threads of the HTTP client
     */
    public ConsulRegistration(ConsulConfig config, String node, String version, Timers timers, Executor executor) {
        this.config = config;
        this.timers = timers;
        id = config.service() + "-" + node;
        service = json(config, id, node, version);
        wait = config.retry().first();
        client = HttpClient.newBuilder()
                .executor(executor)
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(config.timeout())
                .build();
    }

    private static String json(ConsulConfig config, String id, String node, String version) {
        ConsulConfig.Check check = config.check();
        Map<String, Object> service = new LinkedHashMap<>();
        service.put("ID", id);
        service.put("Name", config.service());
        service.put("Tags", config.tags());
        config.address().ifPresent(address -> service.put("Address", address));
        service.put("Port", config.port());
        service.put("Meta", Map.of("node", node, "version", version));
        Map<String, Object> of = new LinkedHashMap<>();
        of.put("CheckID", id + "-ready");
        of.put("Name", "Synapse is ready");
        of.put("HTTP", check.url().toString());
        of.put("Method", "GET");
        of.put("Interval", text(check.interval()));
        of.put("Timeout", text(check.timeout()));
        of.put("DeregisterCriticalServiceAfter", text(check.deregisterAfter()));
        service.put("Check", of);
        return JsonValues.write(service).text();
    }

    // As Go reads durations.
    private static String text(Duration duration) {
        return duration.toMillis() + "ms";
    }

    /** Registers, as soon as that can be done; returns at once. */
    public synchronized void start() {
        if (!stopping) {
            register();
        }
    }

    // With the lock, as the ones below.
    private void register() {
        HttpRequest request = request("/v1/agent/service/register?replace-existing-checks=true")
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString(service))
                .build();
        ask(request, this::registered);
    }

    private void confirm() {
        ask(request("/v1/agent/service/" + encoded(id)).GET().build(), this::confirmed);
    }

    private HttpRequest.Builder request(String path) {
        String base = config.agent().toString().replaceAll("/+$", "");
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(config.timeout());
        config.token().ifPresent(token -> request.header("X-Consul-Token", token));
        return request;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Learns what an agent has said. */
    @FunctionalInterface
    private interface Answered {
        void status(int status, Throwable failure);
    }

    private void ask(HttpRequest request, Answered answered) {
        underWay = client.sendAsync(request, BodyHandlers.discarding()).handle((response, failure) -> {
            answered.status(response == null ? 0 : response.statusCode(), failure);
            return null;
        });
    }

    private synchronized void registered(int status, Throwable failure) {
        if (isGood(status)) {
            LOGGER.log(Level.INFO, "registered with Consul as {0}", id);
            registered = true;
            wait = config.retry().first();
            later(config.confirm(), this::confirm);
        } else {
            // Once is enough: what goes on being away is no news.
            Level level = wait.equals(config.retry().first()) ? Level.WARNING : Level.DEBUG;
            LOGGER.log(level, "not registered with Consul, and tried again in {0}: {1}", wait, why(status, failure));
            registered = false;
            later(wait, this::register);
            Duration twice = wait.multipliedBy(2);
            wait = twice.compareTo(config.retry().longest()) > 0
                    ? config.retry().longest()
                    : twice;
        }
    }

    private synchronized void confirmed(int status, Throwable failure) {
        if (status == NOT_FOUND) {
            LOGGER.log(Level.INFO, "the Consul agent does not know {0} any more", id);
            registered = false;
            later(Duration.ZERO, this::register);
            return;
        }
        if (!isGood(status)) {
            LOGGER.log(Level.DEBUG, "the Consul agent does not answer: {0}", why(status, failure));
        }
        later(config.confirm(), this::confirm);
    }

    private void later(Duration delay, Runnable action) {
        if (!stopping) {
            next = timers.after(delay, () -> {
                synchronized (this) {
                    if (!stopping) {
                        action.run();
                    }
                }
            });
        }
    }

    private static boolean isGood(int status) {
        return status >= OK && status < MULTIPLE_CHOICES;
    }

    // Never the request: its header holds the token.
    private static String why(int status, Throwable failure) {
        return failure == null ? "status " + status : String.valueOf(failure.getMessage());
    }

    /**
     * Whether the agent has taken the registration, and has not been found to have forgotten it.
     *
     * @return as far as is known
     */
    public synchronized boolean isRegistered() {
        return registered;
    }

    /** Takes the registration back. Waits for the agent, for twice {@code synapse.consul.timeout} at most. */
    public void stop() {
        CompletableFuture<Void> before;
        synchronized (this) {
            if (stopping) {
                return;
            }
            stopping = true;
            next.cancel();
            before = underWay;
        }
        HttpRequest request = request("/v1/agent/service/deregister/" + encoded(id))
                .PUT(BodyPublishers.noBody())
                .build();
        try {
            // A registration that is on its way must not come after this.
            HttpResponse<Void> answer = before.thenCompose(done -> client.sendAsync(request, BodyHandlers.discarding()))
                    .get(2 * config.timeout().toMillis(), TimeUnit.MILLISECONDS);
            Level level = isGood(answer.statusCode()) ? Level.INFO : Level.WARNING;
            LOGGER.log(level, "deregistered from Consul: status {0}", answer.statusCode());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOGGER.log(
                    Level.WARNING, "not deregistered from Consul, which will find out by its check: {0}", e.toString());
        }
        synchronized (this) {
            registered = false;
        }
    }
}
