package io.synapse.security.jwt;

import com.nimbusds.jwt.JWTClaimsSet;
import io.synapse.config.ClaimsConfig;
import io.synapse.config.OidcConfig;
import io.synapse.platform.Counters;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Secrets;
import io.synapse.security.jwt.OidcProvider.Endpoints;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Login through OpenID Connect: the authorization code flow with PKCE, {@code state} and {@code nonce}. What must be
 * remembered between the two steps stands in a cookie of the browser that began, so a login that one browser began cannot be
 * ended in another, and any node can end it. Safe for use by many threads.
 */
public final class OidcLogin {

    private static final Duration SKEW = Duration.ofSeconds(30);
    private static final List<String> ALGORITHMS =
            List.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");
    private static final Pattern ATTEMPT = Pattern.compile("([0-9a-f]{64})\\.([0-9a-f]{64})\\.([0-9a-f]{64})");
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    private final OidcConfig config;
    private final ClaimRules rules;
    private final ClaimReader reader;
    private final Counters counters;
    private final Secrets secrets;
    private final OidcProvider provider;

    /**
     * Logins at a provider, which is asked nothing yet.
     *
     * @param config which provider
     * @param claims how its tokens are read
     * @param clock tells the time
     * @param counters told when its keys cannot be had
     * @param secrets makes what nobody may guess
     */
    public OidcLogin(OidcConfig config, ClaimsConfig claims, Clock clock, Counters counters, Secrets secrets) {
        this.config = config;
        this.rules =
                new ClaimRules(config.issuer().toString(), Set.of(config.clientId()), SKEW, Optional.empty(), clock);
        this.reader = new ClaimReader(claims);
        this.counters = counters;
        this.secrets = secrets;
        this.provider = new OidcProvider(config.issuer(), clock);
    }

    /**
     * A login that was begun.
     *
     * @param location where the browser is to go
     * @param attempt what it must bring back, in a cookie that only it and we see; a secret
     */
    public record Begun(URI location, String attempt) {

        /** Leaves the secret out: this text may reach a log. */
        @Override
        public String toString() {
            return "Begun[]";
        }
    }

    /**
     * Begins.
     *
     * @return where to send the browser
     * @throws IOException if the provider does not answer, or not as it should
     */
    public Begun begin() throws IOException {
        String state = secrets.next();
        String nonce = secrets.next();
        String verifier = secrets.next();
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", config.clientId());
        query.put("redirect_uri", config.redirectUri().toString());
        query.put("scope", String.join(" ", config.scopes()));
        query.put("state", state);
        query.put("nonce", nonce);
        query.put("code_challenge", URL.encodeToString(sha256(verifier)));
        query.put("code_challenge_method", "S256");
        String address = provider.endpoints().authorization().toString();
        URI location = URI.create(address + (address.contains("?") ? "&" : "?") + JsonFetch.encode(query));
        return new Begun(location, state + "." + nonce + "." + verifier);
    }

    /**
     * Ends.
     *
     * @param attempt what the cookie holds; empty if there is none
     * @param answer the parameters that the browser came back with
     * @return who has logged in; empty if nobody has. The credential does not end with the ID token: how long a login lasts is
     *     not the provider's to say in this
     * @throws IOException if the provider does not answer, or not as it should
     */
    public Optional<Identity> finish(String attempt, Map<String, String> answer) throws IOException {
        var begun = ATTEMPT.matcher(attempt);
        String code = answer.get("code");
        String issuer = answer.getOrDefault("iss", config.issuer().toString());
        if (!begun.matches()
                || code == null
                || !Secrets.isSame(begun.group(1), answer.getOrDefault("state", ""))
                || !issuer.equals(config.issuer().toString())) {
            return Optional.empty();
        }
        Endpoints endpoints = provider.endpoints();
        Optional<String> token = idToken(endpoints, code, begun.group(3));
        if (token.isEmpty()) {
            return Optional.empty();
        }
        return new TokenVerifier(endpoints.keys(), ALGORITHMS, rules, counters)
                .verify(token.get())
                .filter(claims -> isAnswer(claims, begun.group(2)))
                .flatMap(claims -> reader.identity(claims, new Credential(Credential.Kind.JWT, "", Optional.empty())));
    }

    private Optional<String> idToken(Endpoints endpoints, String code, String verifier) throws IOException {
        Map<String, String> form = new LinkedHashMap<>();
        form.put("grant_type", "authorization_code");
        form.put("code", code);
        form.put("redirect_uri", config.redirectUri().toString());
        form.put("code_verifier", verifier);
        if (config.clientSecret().isEmpty()) {
            form.put("client_id", config.clientId());
        }
        Optional<String> authorization = config.clientSecret()
                .map(secret -> JsonFetch.encode(config.clientId()) + ":" + JsonFetch.encode(secret))
                .map(pair -> "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        return JsonFetch.post(endpoints.token(), form, authorization)
                .map(response -> response.get("id_token"))
                .filter(String.class::isInstance)
                .map(String.class::cast);
    }

    // OpenID Connect Core 3.1.3.7: the nonce is ours, and a token for several parties was made for us.
    private boolean isAnswer(JWTClaimsSet claims, String nonce) {
        try {
            String given = claims.getStringClaim("nonce");
            String party = claims.getStringClaim("azp");
            boolean ours = party == null ? claims.getAudience().size() == 1 : party.equals(config.clientId());
            return ours && given != null && Secrets.isSame(nonce, given);
        } catch (ParseException e) {
            return false;
        }
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
