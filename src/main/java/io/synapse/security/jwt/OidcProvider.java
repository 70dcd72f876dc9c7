package io.synapse.security.jwt;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * An OpenID provider, as its discovery document describes it. That is read when somebody logs in first, so that a node starts
 * without its provider, and again after an hour. Safe for use by many threads.
 */
final class OidcProvider {

    private static final Duration MAX_AGE = Duration.ofHours(1);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration KEYS_MAX_AGE = Duration.ofMinutes(5);
    private static final Duration KEYS_MIN_INTERVAL = Duration.ofSeconds(10);

    /** Where it does what. */
    record Endpoints(URI authorization, URI token, JWKSource<SecurityContext> keys, Instant readAt) {}

    private final URI issuer;
    private final Clock clock;
    private volatile Endpoints known;
    private volatile Instant failedAt = Instant.EPOCH;

    OidcProvider(URI issuer, Clock clock) {
        this.issuer = issuer;
        this.clock = clock;
    }

    URI issuer() {
        return issuer;
    }

    /** Where it does what; reads that from it if need be. */
    Endpoints endpoints() throws IOException {
        Endpoints endpoints = known;
        Instant now = clock.instant();
        if (endpoints != null && now.isBefore(endpoints.readAt().plus(MAX_AGE))) {
            return endpoints;
        }
        // Or everybody who wants to log in would hold a thread for as long as the time-out.
        if (now.isBefore(failedAt.plus(PAUSE))) {
            throw new IOException(issuer + " did not answer a moment ago");
        }
        try {
            known = discover();
            return known;
        } catch (IOException e) {
            failedAt = clock.instant();
            throw e;
        }
    }

    private Endpoints discover() throws IOException {
        String base = issuer.toString();
        String slash = base.endsWith("/") ? "" : "/";
        Map<String, Object> document = JsonFetch.get(URI.create(base + slash + ".well-known/openid-configuration"));
        if (!base.equals(document.get("issuer"))) {
            throw new IOException("the discovery document at " + base + " is of another issuer");
        }
        return new Endpoints(
                endpoint(document, "authorization_endpoint"),
                endpoint(document, "token_endpoint"),
                VerificationKeys.at(endpoint(document, "jwks_uri"), KEYS_MAX_AGE, KEYS_MIN_INTERVAL),
                clock.instant());
    }

    // An issuer with https must not send anybody's code over http.
    private URI endpoint(Map<String, Object> document, String name) throws IOException {
        try {
            URI uri = document.get(name) instanceof String text ? new URI(text) : null;
            if (uri != null
                    && uri.getHost() != null
                    && ("https".equals(uri.getScheme()) || issuer.getScheme().equals(uri.getScheme()))) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw new IOException("the discovery document of " + issuer + " has no " + name, e);
        }
        throw new IOException("the discovery document of " + issuer + " has no " + name);
    }
}
