package io.synapse.security;

import io.synapse.config.Mode;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which requests are let in at all, before anybody says who they are. Safe for use by many threads.
 *
 * <p>In development mode, where the key is known to everybody, only this machine is let in: the address must be a
 * loopback address, the name it was called by must be too (a foreign name that resolves to this machine is how a web
 * page reaches a local server), and no proxy may have passed the request on.
 */
public final class AccessPolicy {

    // Never a name: beef.cafe.de would pass for hexadecimal, and whoever owns it chooses where it leads.
    private static final Pattern NUMERIC =
            Pattern.compile("\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*(?:%.*)?");

    private final Mode mode;
    private final Set<String> allowedOrigins;

    /**
     * A policy.
     *
     * @param mode development or production
     * @param allowedOrigins origins a page may have besides the host it calls
     */
    public AccessPolicy(Mode mode, List<String> allowedOrigins) {
        this.mode = mode;
        this.allowedOrigins = new HashSet<>();
        allowedOrigins.forEach(origin -> this.allowedOrigins.add(origin.toLowerCase(Locale.ROOT)));
    }

    /**
     * Checks where a request comes from.
     *
     * @param remoteAddress the address it comes from
     * @param host the {@code Host} header, if any
     * @param origin the {@code Origin} header, if any
     * @param forwarded whether a proxy says it passed the request on
     * @return why it is refused, or empty
     */
    public Optional<String> refusal(
            String remoteAddress, Optional<String> host, Optional<String> origin, boolean forwarded) {
        if (mode == Mode.DEVELOPMENT) {
            if (!isLoopback(remoteAddress) || forwarded) {
                return Optional.of("development mode lets in clients on this machine only");
            }
            if (host.isPresent() && !isLoopbackName(hostName(host.get()))) {
                return Optional.of("development mode answers to localhost only");
            }
        }
        if (origin.isPresent() && !isAllowed(origin.get(), host)) {
            return Optional.of("origin not allowed");
        }
        return Optional.empty();
    }

    private boolean isAllowed(String origin, Optional<String> host) {
        return allowedOrigins.contains(origin.toLowerCase(Locale.ROOT)) || isOwn(origin, host);
    }

    /**
     * Whether a page of this very host has sent a request. Only then does a cookie count, which browsers send by themselves:
     * another page, even one whose origin is allowed, could use it without asking.
     *
     * @param host the {@code Host} header, if any
     * @param origin the {@code Origin} header, if any
     * @param fetchSite the {@code Sec-Fetch-Site} header, which tells where there is no origin
     * @return false if that is not certain
     */
    public static boolean isSameOrigin(Optional<String> host, Optional<String> origin, Optional<String> fetchSite) {
        return origin.isPresent()
                ? isOwn(origin.get(), host)
                        && fetchSite.map("same-origin"::equals).orElse(true)
                : fetchSite.filter("same-origin"::equals).isPresent();
    }

    private static boolean isOwn(String origin, Optional<String> host) {
        try {
            URI uri = new URI(origin);
            String scheme = uri.getScheme();
            if (host.isEmpty() || scheme == null || uri.getRawAuthority() == null) {
                return false;
            }
            int defaultPort = scheme.equals("https") ? 443 : 80;
            return withPort(uri.getRawAuthority(), defaultPort).equalsIgnoreCase(withPort(host.get(), defaultPort));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static String withPort(String authority, int defaultPort) {
        int colon = authority.lastIndexOf(':');
        boolean hasPort = colon >= 0 && authority.indexOf(']', colon) < 0;
        return hasPort ? authority : authority + ":" + defaultPort;
    }

    private static String hostName(String host) {
        int colon = host.lastIndexOf(':');
        boolean hasPort = colon >= 0 && host.indexOf(']', colon) < 0;
        return hasPort ? host.substring(0, colon) : host;
    }

    private static boolean isLoopbackName(String name) {
        String bare = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        return bare.equalsIgnoreCase("localhost") || isLoopback(bare);
    }

    private static boolean isLoopback(String address) {
        // Only what is an address already: a name would be looked up.
        if (address == null
                || !NUMERIC.matcher(address).matches()
                || !(address.contains(".") || address.contains(":"))) {
            return false;
        }
        try {
            return InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
