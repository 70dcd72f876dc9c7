package io.synapse.security.jwt;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Gets JSON objects from an identity provider: with time-outs, up to a size, never from where a redirect leads. On the
 * thread of the caller, as the server's threads are not ours to add to.
 */
final class JsonFetch {

    private static final int TIMEOUT_MILLIS = 3000;
    private static final int MAX_BYTES = 512 * 1024;

    private JsonFetch() {}

    /** The object at an address; fails for any status but 200. */
    static Map<String, Object> get(URI from) throws IOException {
        HttpURLConnection connection = open(from);
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            connection.disconnect();
            throw new IOException(from + " answers " + connection.getResponseCode());
        }
        return read(connection, connection.getInputStream());
    }

    /** What is answered to a form; empty if the answer is that it was wrong, which is a status from 400 to 499. */
    static Optional<Map<String, Object>> post(URI to, Map<String, String> form, Optional<String> authorization)
            throws IOException {
        HttpURLConnection connection = open(to);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setRequestProperty("Content-Type", "application/x-www-form-urlencoded");
        authorization.ifPresent(value -> connection.setRequestProperty("Authorization", value));
        try (OutputStream body = connection.getOutputStream()) {
            body.write(encode(form).getBytes(StandardCharsets.US_ASCII));
        }
        int status = connection.getResponseCode();
        if (status == HttpURLConnection.HTTP_OK) {
            return Optional.of(read(connection, connection.getInputStream()));
        }
        connection.disconnect();
        if (status >= 400 && status < 500) {
            return Optional.empty();
        }
        throw new IOException(to + " answers " + status);
    }

    /** Names and values as in a query or a form. */
    static String encode(Map<String, String> form) {
        return form.entrySet().stream()
                .map(entry -> encode(entry.getKey()) + "=" + encode(entry.getValue()))
                .collect(Collectors.joining("&"));
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static HttpURLConnection open(URI uri) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestProperty("Accept", "application/json");
        return connection;
    }

    private static Map<String, Object> read(HttpURLConnection connection, InputStream body) throws IOException {
        try (body) {
            byte[] bytes = body.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                connection.disconnect();
                throw new IOException(connection.getURL() + " answers with more than " + MAX_BYTES + " bytes");
            }
            return JSONObjectUtils.parse(new String(bytes, StandardCharsets.UTF_8));
        } catch (ParseException e) {
            throw new IOException(connection.getURL() + " does not answer with a JSON object", e);
        }
    }
}
