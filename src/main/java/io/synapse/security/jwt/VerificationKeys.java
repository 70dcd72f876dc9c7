package io.synapse.security.jwt;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import io.synapse.config.JwtConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The public keys of an issuer: fixed ones, or those at a URL, which are fetched when they are needed first, kept, and
 * fetched again when a token names a key that is not among them. Fetching has time-outs and a bound of size, is not done
 * more often than configured, whatever tokens come, and while the issuer is away the keys that were known stay good.
 */
final class VerificationKeys {

    private static final int TIMEOUT_MILLIS = 2000;
    private static final int MAX_BYTES = 512 * 1024;
    // Who waits while another fetches: longer than that can take.
    private static final long WAIT_MILLIS = 3L * TIMEOUT_MILLIS;
    private static final Duration OUTAGE = Duration.ofHours(4);
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");

    private VerificationKeys() {}

    /**
     * The configured keys.
     *
     * @throws IllegalArgumentException if fixed keys cannot be read
     */
    static JWKSource<SecurityContext> of(JwtConfig config) {
        if (config.key().isPresent()) {
            return parse("mp.jwt.verify.publickey", config.key().get());
        }
        String location = config.location().orElseThrow();
        if (location.startsWith("http:") || location.startsWith("https:")) {
            return at(URI.create(location), config.keysMaxAge(), config.keysMinInterval());
        }
        return parse("mp.jwt.verify.publickey.location", read(location));
    }

    /** The keys at a URL, as a JWK set. */
    static JWKSource<SecurityContext> at(URI url, Duration maxAge, Duration minInterval) {
        try {
            return JWKSourceBuilder.create(
                            url.toURL(), new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, MAX_BYTES))
                    .cache(maxAge.toMillis(), WAIT_MILLIS)
                    // would start a thread of its own
                    .refreshAheadCache(false)
                    .rateLimited(minInterval.toMillis())
                    .outageTolerant(OUTAGE.toMillis())
                    .build();
        } catch (IOException e) {
            throw new IllegalArgumentException("not a URL: " + url, e);
        }
    }

    private static String read(String location) {
        try {
            Path file = location.startsWith("file:") ? Path.of(URI.create(location)) : Path.of(location);
            if (Files.isRegularFile(file)) {
                return Files.readString(file);
            }
            String resource = location.startsWith("/") ? location : "/" + location;
            try (InputStream stream = VerificationKeys.class.getResourceAsStream(resource)) {
                if (stream != null) {
                    return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot read " + location, e);
        }
        throw new IllegalArgumentException("mp.jwt.verify.publickey.location: there is no " + location);
    }

    private static JWKSource<SecurityContext> parse(String property, String text) {
        try {
            var pem = PEM.matcher(text);
            if (pem.find()) {
                byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
                JWK key = publicKey(der);
                // It has no id, and is meant for every token, whatever key that names.
                return (selector, context) -> List.of(key);
            }
            String json = text.strip().startsWith("{")
                    ? text
                    : new String(Base64.getUrlDecoder().decode(text.strip()), StandardCharsets.UTF_8);
            JWKSet set = json.contains("\"keys\"") ? JWKSet.parse(json) : new JWKSet(JWK.parse(json));
            return new ImmutableJWKSet<>(set.toPublicJWKSet());
        } catch (ParseException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IllegalArgumentException(property + " must be a public key as PEM, JWK or JWK set", e);
        }
    }

    private static JWK publicKey(byte[] der) throws GeneralSecurityException {
        X509EncodedKeySpec encoded = new X509EncodedKeySpec(der);
        try {
            return new RSAKey.Builder(
                            (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(encoded))
                    .build();
        } catch (GeneralSecurityException notRsa) {
            ECPublicKey key = (ECPublicKey) KeyFactory.getInstance("EC").generatePublic(encoded);
            return new ECKey.Builder(Curve.forECParameterSpec(key.getParams()), key).build();
        }
    }
}
