package io.synapse.endpoint.rest;

import io.synapse.protocol.ClientMessage;
import io.synapse.protocol.TopicPattern;
import io.synapse.security.Role;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The fields of a body that say what somebody may: {@code agents}, {@code topics}, {@code roles}. Of each, empty means that it is
 * not there.
 *
 * @param agents names
 * @param topics patterns
 * @param roles roles
 */
record Scope(Optional<Set<String>> agents, Optional<Set<String>> topics, Optional<Set<Role>> roles) {

    static Scope read(RestBody body) {
        return new Scope(
                body.texts(
                        "agents",
                        name -> ClientMessage.AGENT.matcher(name).matches(),
                        "must be the name of an agent: 1 to 128 printable characters"),
                body.texts(
                        "topics",
                        pattern -> TopicPattern.parse(pattern).isPresent(),
                        "must be a topic or a pattern, in which * is one segment and ** the last ones"),
                body.texts("roles", name -> Role.of(name).isPresent(), "must be one of " + names())
                        .map(names -> names.stream()
                                .map(name -> Role.of(name).orElseThrow())
                                .collect(Collectors.toSet())));
    }

    private static String names() {
        StringBuilder names = new StringBuilder();
        for (Role role : Role.values()) {
            names.append(names.length() == 0 ? "" : ", ").append(role.group());
        }
        return names.toString();
    }
}
