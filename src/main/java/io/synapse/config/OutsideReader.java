package io.synapse.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads what the configuration says of identities that others manage. */
final class OutsideReader {

    private static final String KEY = "mp.jwt.verify.publickey";
    private static final String LOCATION = "mp.jwt.verify.publickey.location";
    private static final String ALGORITHM = "mp.jwt.verify.publickey.algorithm";
    private static final String ISSUER = "mp.jwt.verify.issuer";
    private static final String AUDIENCES = "mp.jwt.verify.audiences";
    private static final String CLIENT_ID = "synapse.oidc.client-id";
    private static final String REDIRECT = "synapse.oidc.redirect-uri";
    private static final String CALLBACK = "/login/oidc/callback";
    private static final int DEFAULT_SKEW_SECONDS = 30;
    private static final Set<String> ALGORITHMS =
            Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

    private final ConfigReader reader;

    OutsideReader(ConfigReader reader) {
        this.reader = reader;
    }

    OutsideConfig read() {
        Optional<JwtConfig> jwt = jwt();
        Optional<OidcConfig> oidc = oidc();
        if (jwt.isPresent()
                && oidc.isPresent()
                && !jwt.get().issuer().equals(oidc.get().issuer().toString())) {
            // Both make subjects of "sub", and two issuers may give one to two people.
            throw new ConfigException("synapse.oidc.issuer", "must be the same as " + ISSUER);
        }
        return new OutsideConfig(jwt, claims(), reader.bool("synapse.auth.realm"), oidc);
    }

    private Optional<JwtConfig> jwt() {
        Duration keysMaxAge = reader.duration("synapse.jwt.keys-max-age", Duration.ofSeconds(1), Duration.ofDays(1));
        Duration minInterval =
                reader.duration("synapse.jwt.keys-min-interval", Duration.ofMillis(100), Duration.ofHours(1));
        if (minInterval.compareTo(keysMaxAge) >= 0) {
            throw new ConfigException("synapse.jwt.keys-min-interval", "must be less than synapse.jwt.keys-max-age");
        }
        Optional<String> key = reader.optional(KEY);
        Optional<String> location = reader.optional(LOCATION);
        if (key.isEmpty() && location.isEmpty()) {
            return Optional.empty();
        }
        if (key.isPresent() && location.isPresent()) {
            throw new ConfigException(KEY, "and " + LOCATION + " exclude each other");
        }
        location.filter(text -> text.startsWith("http:") || text.startsWith("https:"))
                .ifPresent(text -> url(LOCATION, text));
        Set<String> algorithms = names(ALGORITHM);
        for (String algorithm : algorithms) {
            if (!ALGORITHMS.contains(algorithm)) {
                throw new ConfigException(ALGORITHM, "must be of the families RS, PS and ES: " + algorithm);
            }
        }
        Set<String> audiences = names(AUDIENCES);
        if (audiences.isEmpty()) {
            throw new ConfigException(AUDIENCES, "is missing; a token for somebody else would be good here");
        }
        return Optional.of(new JwtConfig(
                key,
                location,
                algorithms.isEmpty() ? Set.of("RS256") : algorithms,
                reader.required(ISSUER),
                audiences,
                seconds("mp.jwt.verify.clock.skew", 0, 300).orElse(Duration.ofSeconds(DEFAULT_SKEW_SECONDS)),
                seconds("mp.jwt.verify.token.age", 1, 31_536_000),
                keysMaxAge,
                minInterval));
    }

    private ClaimsConfig claims() {
        Set<String> defaultRoles = names("synapse.jwt.default-roles");
        for (String role : defaultRoles) {
            if (!ConfigReader.ROLES.contains(role)) {
                throw new ConfigException("synapse.jwt.default-roles", "there are " + ConfigReader.ROLES);
            }
        }
        return new ClaimsConfig(
                reader.required("synapse.jwt.subject-claim"),
                reader.required("synapse.jwt.roles-claim"),
                reader.optional("synapse.jwt.tenant-claim"),
                reader.optional("synapse.jwt.agents-claim"),
                reader.optional("synapse.jwt.topics-claim"),
                defaultRoles);
    }

    private Optional<OidcConfig> oidc() {
        Set<String> scopes = names("synapse.oidc.scopes");
        if (!scopes.contains("openid")) {
            throw new ConfigException("synapse.oidc.scopes", "must have openid among them");
        }
        Optional<String> issuer = reader.optional("synapse.oidc.issuer");
        Optional<String> clientId = reader.optional(CLIENT_ID);
        Optional<String> clientSecret = reader.optional("synapse.oidc.client-secret");
        Optional<String> redirect = reader.optional(REDIRECT);
        if (issuer.isEmpty()) {
            return Optional.empty();
        }
        URI redirectUri = url(REDIRECT, redirect.orElseThrow(() -> new ConfigException(REDIRECT, "is missing")));
        if (!CALLBACK.equals(redirectUri.getRawPath()) || redirectUri.getRawQuery() != null) {
            throw new ConfigException(REDIRECT, "must be the address of this node with the path " + CALLBACK);
        }
        return Optional.of(new OidcConfig(
                url("synapse.oidc.issuer", issuer.get()),
                clientId.orElseThrow(() -> new ConfigException(CLIENT_ID, "is missing")),
                clientSecret,
                scopes,
                redirectUri));
    }

    private Set<String> names(String property) {
        return new LinkedHashSet<>(reader.list(property));
    }

    private Optional<Duration> seconds(String property, int min, int max) {
        return reader.optional(property).map(text -> Duration.ofSeconds(reader.integer(property, min, max)));
    }

    // What comes over http may be anybody's word; on this machine nobody else is asked.
    private static URI url(String property, String text) {
        try {
            URI url = new URI(text);
            String host = url.getHost();
            boolean local =
                    host != null && List.of("localhost", "127.0.0.1", "[::1]").contains(host);
            if (host != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null
                    && ("https".equals(url.getScheme()) || ("http".equals(url.getScheme()) && local))) {
                return url;
            }
        } catch (URISyntaxException e) {
            throw new ConfigException(property, "must be a URL");
        }
        throw new ConfigException(
                property, "must be an https URL, or an http URL of this machine, with no user and no fragment");
    }
}
