package io.synapse.endpoint;

import io.synapse.config.SynapseConfig;
import io.synapse.security.Identity;
import io.synapse.security.PassingCredentials;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Makes a bearer credential of a name and a password of the server's realm, which is asked only when somebody wants to know.
 * What stands behind the filters knows one way to be told who asks. Safe for use by many threads.
 */
@ApplicationScoped
public class ShownCredential {

    private static final String BASIC = "Basic ";

    @Inject
    private SynapseConfig config;

    @Inject
    private PassingCredentials passing;

    /**
     * The {@code Authorization} of one request, to be closed when that has ended.
     *
     * @param header its value, if there is any
     * @param release ends what was made for this request
     */
    record Authorization(Optional<String> header, Runnable release) implements AutoCloseable {

        @Override
        public void close() {
            release.run();
        }
    }

    /** What a request shows. */
    Authorization of(HttpServletRequest request) {
        Optional<String> header = Optional.ofNullable(request.getHeader("Authorization"));
        if (header.isPresent()) {
            boolean basic = config.outside().realm() && header.get().regionMatches(true, 0, BASIC, 0, BASIC.length());
            return basic ? realm(request, header.get().substring(BASIC.length())) : plain(header);
        }
        return plain(header);
    }

    private static Authorization plain(Optional<String> header) {
        return new Authorization(header, () -> {});
    }

    private Authorization realm(HttpServletRequest request, String encoded) {
        String credential = passing.open(new Once(() -> ask(request, encoded)));
        return new Authorization(Optional.of("Bearer " + credential), () -> passing.forget(credential));
    }

    private static Optional<Identity> ask(HttpServletRequest request, String encoded) {
        try {
            String pair = new String(Base64.getDecoder().decode(encoded.strip()), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0
                    ? Optional.empty()
                    : RealmLogin.identify(request, pair.substring(0, colon), pair.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Asks the realm once, however often somebody wants to know. One thread at a time handles a request. */
    private static final class Once implements Supplier<Optional<Identity>> {

        private final Supplier<Optional<Identity>> source;
        private Optional<Identity> answer;

        Once(Supplier<Optional<Identity>> source) {
            this.source = source;
        }

        @Override
        public synchronized Optional<Identity> get() {
            if (answer == null) {
                answer = source.get();
            }
            return answer;
        }
    }
}
