package io.synapse.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An address of the internet, version 4 or 6; what is version 4 within version 6 ({@code ::ffff:192.0.2.1}) is version 4.
 * Never looks up a name. Immutable.
 */
public final class IpAddress {

    private static final int LONGEST = 64;
    // Numbers of one to three digits; one that begins with 0 is octal to some, so it is no address here.
    private static final Pattern V4 = Pattern.compile("(?:(?:0|[1-9]\\d{0,2})\\.){3}(?:0|[1-9]\\d{0,2})");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F.]*:[0-9a-fA-F:.]*");
    private static final int BYTES_V4 = 4;
    private static final int NETWORK_BYTES = 8;

    private final byte[] bytes;
    private final String text;

    private IpAddress(byte[] bytes, String text) {
        this.bytes = bytes;
        this.text = text;
    }

    /**
     * Reads an address.
     *
     * @param text such as {@code 192.0.2.1}, {@code 2001:db8::1} or {@code [2001:db8::1]}; a zone ({@code %eth0}) is left
     *     out; any text may come
     * @return the address, or empty if it is none
     */
    public static Optional<IpAddress> parse(String text) {
        if (text == null || text.length() > LONGEST) {
            return Optional.empty();
        }
        String bare = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        boolean six = bare.indexOf(':') >= 0;
        int zone = bare.indexOf('%');
        if (six && zone >= 0) {
            bare = bare.substring(0, zone);
        }
        if (!(six ? V6 : V4).matcher(bare).matches() || !six && bare.length() != text.length()) {
            return Optional.empty();
        }
        try {
            // With a colon, or as four numbers, it is never looked up.
            InetAddress address = InetAddress.getByName(bare);
            return Optional.of(new IpAddress(address.getAddress(), address.getHostAddress()));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** Whether the first bits are the same. */
    boolean beginsLike(IpAddress other, int bits) {
        if (bytes.length != other.bytes.length) {
            return false;
        }
        int whole = bits / Byte.SIZE;
        int rest = bits % Byte.SIZE;
        return Arrays.equals(bytes, 0, whole, other.bytes, 0, whole)
                && (rest == 0 || ((bytes[whole] ^ other.bytes[whole]) & 0xff) >> (Byte.SIZE - rest) == 0);
    }

    int bits() {
        return bytes.length * Byte.SIZE;
    }

    /**
     * What counts as one client: the address, or of version 6 its network, because one client has as many addresses there as
     * it likes.
     *
     * @return the same text for addresses that count together
     */
    public String network() {
        return bytes.length == BYTES_V4 ? text : HexFormat.of().formatHex(bytes, 0, NETWORK_BYTES) + "/64";
    }

    /** The address as it is usually written. */
    @Override
    public String toString() {
        return text;
    }
}
