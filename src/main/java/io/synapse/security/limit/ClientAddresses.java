package io.synapse.security.limit;

import io.synapse.config.AddressBlock;
import io.synapse.config.IpAddress;
import java.util.List;
import java.util.Optional;

/**
 * Finds out where a client is, also behind proxies. What a request says of that counts as far as proxies that the operator
 * trusts have written it: from the end, over trusted addresses, to the first that is not trusted. Safe for use by many
 * threads.
 */
public final class ClientAddresses {

    private final List<AddressBlock> trusted;

    /**
     * With these proxies.
     *
     * @param trusted where they are
     */
    public ClientAddresses(List<AddressBlock> trusted) {
        this.trusted = List.copyOf(trusted);
    }

    /**
     * Whether anything that a request says is to be looked at.
     *
     * @return false if nobody is trusted
     */
    public boolean readsHeaders() {
        return !trusted.isEmpty();
    }

    /**
     * Where the client is.
     *
     * @param peer the address that the TCP connection comes from
     * @param forwarded the lines of the header {@code Forwarded}
     * @param forwardedFor the lines of the header {@code X-Forwarded-For}
     * @return the client; where the proxies do not say it, or the two headers say different things, the last that is known
     *     for certain
     */
    public ClientAddress of(String peer, List<String> forwarded, List<String> forwardedFor) {
        Optional<IpAddress> known = IpAddress.parse(peer);
        if (known.isEmpty()) {
            return new ClientAddress(String.valueOf(peer), String.valueOf(peer));
        }
        IpAddress client = known.get();
        if (isTrusted(client)) {
            IpAddress first = walk(client, Forwarding.forwarded(forwarded));
            IpAddress second = walk(client, Forwarding.forwardedFor(forwardedFor));
            // A proxy writes one of them and passes on the other as the client sent it; which one is not known here.
            boolean both = !forwarded.isEmpty() && !forwardedFor.isEmpty();
            if (!both) {
                client = forwarded.isEmpty() ? second : first;
            } else if (first.toString().equals(second.toString())) {
                client = first;
            }
        }
        return new ClientAddress(client.toString(), client.network());
    }

    private IpAddress walk(IpAddress peer, List<String> hops) {
        IpAddress last = peer;
        for (String hop : hops) {
            Optional<IpAddress> address = IpAddress.parse(hop);
            if (address.isEmpty()) {
                return last;
            }
            last = address.get();
            if (!isTrusted(last)) {
                return last;
            }
        }
        return last;
    }

    private boolean isTrusted(IpAddress address) {
        for (AddressBlock block : trusted) {
            if (block.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
