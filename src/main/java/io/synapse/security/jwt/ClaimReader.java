package io.synapse.security.jwt;

import com.nimbusds.jwt.JWTClaimsSet;
import io.synapse.config.ClaimsConfig;
import io.synapse.security.Credential;
import io.synapse.security.Identity;
import io.synapse.security.Role;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads from verified claims who somebody is. Whatever is configured to be there and is not, or is not what it should be,
 * makes nobody: a token that lacks the name of its tenant must not become one without a tenant. Safe for use by many
 * threads.
 */
final class ClaimReader {

    private static final Pattern SUBJECT = Pattern.compile("[^\\p{Cntrl}]{1,128}");
    private static final String ALL = "*";
    private static final int MAX_NAMES = 1000;

    private final ClaimsConfig config;

    ClaimReader(ClaimsConfig config) {
        this.config = config;
    }

    Optional<Identity> identity(JWTClaimsSet claims, Credential credential) {
        Map<String, Object> all = claims.getClaims();
        Optional<String> subject = text(all, config.subject());
        if (subject.isEmpty()
                || !SUBJECT.matcher(subject.get()).matches()
                || subject.get().isBlank()) {
            return Optional.empty();
        }
        Optional<String> tenant = config.tenant()
                .map(claim -> text(all, claim).filter(Identity::isTenant).orElse(""));
        Optional<Set<String>> agents = limit(all, config.agents());
        Optional<Set<String>> topics = limit(all, config.topics());
        if (tenant.filter(String::isEmpty).isPresent() || agents.isEmpty() || topics.isEmpty()) {
            return Optional.empty();
        }
        Set<String> roles = find(all, config.roles()).map(ClaimReader::names).orElse(config.defaultRoles());
        String prefix = tenant.map(name -> name + ":").orElse("");
        return Optional.of(new Identity(
                prefix + "jwt:" + subject.get(),
                tenant.orElse(""),
                agents.get(),
                topics.get(),
                Role.of(roles),
                credential));
    }

    /** What is allowed; an empty set stands for all, and nothing for none at all. */
    private static Optional<Set<String>> limit(Map<String, Object> claims, Optional<String> claim) {
        if (claim.isEmpty()) {
            return Optional.of(Set.of());
        }
        Set<String> names = find(claims, claim.get()).map(ClaimReader::names).orElse(Set.of());
        if (names.contains(ALL)) {
            return Optional.of(Set.of());
        }
        return Optional.of(names).filter(some -> !some.isEmpty());
    }

    private static Optional<String> text(Map<String, Object> claims, String claim) {
        return find(claims, claim).filter(String.class::isInstance).map(String.class::cast);
    }

    // The whole name first: names such as https://example.com/roles have dots of their own.
    private static Optional<Object> find(Map<String, Object> claims, String path) {
        Object whole = claims.get(path);
        if (whole != null) {
            return Optional.of(whole);
        }
        Object at = claims;
        for (String name : path.split("\\.", -1)) {
            at = at instanceof Map<?, ?> object ? object.get(name) : null;
        }
        return Optional.ofNullable(at);
    }

    /** A list of texts, or one text with blanks between the names, as in {@code scope}. */
    private static Set<String> names(Object value) {
        Collection<?> entries =
                value instanceof String text ? Arrays.asList(text.strip().split("\\s+")) : Set.of();
        if (value instanceof Collection<?> list) {
            entries = list;
        }
        Set<String> names = new LinkedHashSet<>();
        for (Object entry : entries) {
            if (entry instanceof String name && !name.isBlank() && names.size() < MAX_NAMES) {
                names.add(name);
            }
        }
        return names;
    }
}
