package io.synapse.config;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses that begin with the same bits. Immutable.
 *
 * @param first one of them
 * @param bits how many bits are the same
 */
public record AddressBlock(IpAddress first, int bits) {

    private static final Pattern BLOCK = Pattern.compile("([^/]{2,45})/(\\d{1,3})");

    /**
     * Reads what an operator names.
     *
     * @param text an address, a block such as {@code 10.0.0.0/8}, {@code loopback}, or {@code private}, which is the
     *     addresses of private networks (RFC 1918, RFC 4193)
     * @return what it stands for; empty if it is none of these
     */
    static List<AddressBlock> parse(String text) {
        return switch (text) {
            case "loopback" -> blocks("127.0.0.0/8", "::1/128");
            case "private" -> blocks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7");
            default -> one(text).map(List::of).orElse(List.of());
        };
    }

    private static List<AddressBlock> blocks(String... texts) {
        return List.of(texts).stream().map(text -> one(text).orElseThrow()).toList();
    }

    private static Optional<AddressBlock> one(String text) {
        Matcher block = BLOCK.matcher(text);
        if (block.matches()) {
            int bits = Integer.parseInt(block.group(2));
            return IpAddress.parse(block.group(1))
                    .filter(address -> bits <= address.bits())
                    .map(address -> new AddressBlock(address, bits));
        }
        return IpAddress.parse(text).map(address -> new AddressBlock(address, address.bits()));
    }

    /**
     * Whether an address is among them.
     *
     * @param address any
     * @return whether it is
     */
    public boolean contains(IpAddress address) {
        return first.beginsLike(address, bits);
    }
}
