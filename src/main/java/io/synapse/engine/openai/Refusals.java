package io.synapse.engine.openai;

import io.synapse.config.OpenAiConfig;
import io.synapse.engine.openai.UpstreamException.Fault;
import java.net.http.HttpHeaders;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes failures of what an upstream answers instead of a stream. Safe for use by many threads. */
final class Refusals {

    private static final int MAX_DETAIL = 300;
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private final Clock clock;
    private final List<String> secrets = new ArrayList<>();

    Refusals(OpenAiConfig config, Clock clock) {
        this.clock = clock;
        config.apiKey().ifPresent(secrets::add);
        secrets.addAll(config.headers().values());
        secrets.removeIf(String::isBlank);
    }

    UpstreamException of(int status, HttpHeaders headers, String body) {
        String said = detail(ChatChunks.errorOf(body));
        if (status == 401 || status == 403) {
            // What it says may quote the credential in part, which cannot be told from other text.
            return new UpstreamException(
                    Fault.OURS, "upstream_unauthorized", "the model refused this server's credentials", null);
        }
        if (status == 429) {
            return new UpstreamException(
                    Fault.BUSY, "upstream_rate_limited", "the model has no time" + said, null, retryAfter(headers));
        }
        if (status == 408 || status >= 500) {
            return new UpstreamException(
                    Fault.PASSING,
                    "upstream_unavailable",
                    "the model's server failed with status " + status + said,
                    null,
                    retryAfter(headers));
        }
        return new UpstreamException(
                Fault.OURS, "upstream_rejected", "the model refused the request with status " + status + said, null);
    }

    /** The news of an error in the middle of a stream. */
    UpstreamException inStream(String error) {
        return new UpstreamException(Fault.PASSING, "upstream_unavailable", "the model failed" + detail(error), null);
    }

    private String detail(String said) {
        if (said == null || said.isBlank()) {
            return "";
        }
        String clean = said;
        for (String secret : secrets) {
            clean = clean.replace(secret, "***");
        }
        clean = clean.replaceAll("\\p{Cntrl}+", " ").strip();
        return ": " + (clean.length() > MAX_DETAIL ? clean.substring(0, MAX_DETAIL) + "..." : clean);
    }

    /** Seconds or a date (RFC 9110, 10.2.3); empty if there is neither. */
    private Optional<Duration> retryAfter(HttpHeaders headers) {
        return headers.firstValue("Retry-After").flatMap(value -> {
            try {
                Duration wait = value.chars().allMatch(Character::isDigit)
                        ? Duration.ofSeconds(Long.parseLong(value))
                        : Duration.between(
                                clock.instant(),
                                ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME)
                                        .toInstant());
                if (wait.isNegative()) {
                    return Optional.of(Duration.ZERO);
                }
                return Optional.of(wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
            } catch (DateTimeException | NumberFormatException e) {
                // As if it had not been said.
                return Optional.empty();
            }
        });
    }
}
