package io.synapse.security.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.synapse.testing.Configs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientAddressesTest {

    private static ClientAddresses trusting(String proxies) {
        return new ClientAddresses(
                Configs.with(Map.of("synapse.proxies.trusted", proxies)).guard().trustedProxies());
    }

    private final ClientAddresses addresses = trusting("10.0.0.0/8, 2001:db8:ffff::/48, loopback");

    private String forwardedFor(String peer, String... lines) {
        return addresses.of(peer, List.of(), List.of(lines)).text();
    }

    private String forwarded(String peer, String... lines) {
        return addresses.of(peer, List.of(lines), List.of()).text();
    }

    @ParameterizedTest
    @DisplayName("M15: X-Forwarded-For counts from the right, over trusted proxies, to the first that is not trusted")
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.7 | 198.51.100.1 | 192.0.2.7",
                "10.0.0.1 | 198.51.100.1 | 198.51.100.1",
                "10.0.0.1 | 6.6.6.6, 198.51.100.1 | 198.51.100.1",
                "10.0.0.1 | 6.6.6.6, 198.51.100.1, 10.9.9.9 | 198.51.100.1",
                "10.0.0.1 | 10.0.0.3, 10.0.0.2 | 10.0.0.3",
                "10.0.0.1 | 198.51.100.1:4711 | 198.51.100.1",
                "10.0.0.1 | [2001:db8::1]:443 | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1 | 2001:db8::1 | 2001:db8:0:0:0:0:0:1",
                "10.0.0.1 | ::ffff:198.51.100.1 | 198.51.100.1",
                "::ffff:10.0.0.1 | 198.51.100.1 | 198.51.100.1",
                "2001:db8:ffff::5 | 198.51.100.1 | 198.51.100.1",
                "::1 | 198.51.100.1 | 198.51.100.1",
                "10.0.0.1 | 198.51.100.1, unknown | 10.0.0.1",
                "10.0.0.1 | 198.51.100.1, , 10.0.0.2 | 10.0.0.2",
                "10.0.0.1 | localhost | 10.0.0.1",
                "10.0.0.1 | 198.51.100.01 | 10.0.0.1",
                "10.0.0.1 | 198.51.100.256 | 10.0.0.1",
                "10.0.0.1 | 198.51.100 | 10.0.0.1",
                "10.0.0.1 | 0x7f000001 | 10.0.0.1",
                "10.0.0.1 | 3325256705 | 10.0.0.1",
                "10.0.0.1 | beef.cafe.de | 10.0.0.1",
                "10.0.0.1 | :::1 | 10.0.0.1",
                "10.0.0.1 | [::1 | 10.0.0.1",
                "10.0.0.1 | 198.51.100.1:port | 10.0.0.1"
            })
    void countsFromTheRight(String peer, String header, String client) {
        assertThat(forwardedFor(peer, header)).isEqualTo(client);
    }

    @ParameterizedTest
    @DisplayName("M15: and so does Forwarded, in all the ways RFC 7239 may be written")
    @CsvSource(
            delimiter = '|',
            value = {
                "for=198.51.100.1 | 198.51.100.1",
                "For=\"198.51.100.1:4711\" | 198.51.100.1",
                "proto=https; FOR=198.51.100.1 ;by=10.0.0.1 | 198.51.100.1",
                "for=\"[2001:db8:cafe::17]:4711\" | 2001:db8:cafe:0:0:0:0:17",
                "for=6.6.6.6, for=198.51.100.1, for=10.0.0.2 | 198.51.100.1",
                "for=6.6.6.6;host=\"a, for=9.9.9.9\", for=198.51.100.1;by=\"x,y\" | 198.51.100.1",
                "for=198.51.100.1, for=_hidden | 10.0.0.1",
                "for=198.51.100.1, for=unknown, for=10.0.0.7 | 10.0.0.7",
                "for=198.51.100.1, proto=http | 10.0.0.1",
                "for=6.6.6.6;for=198.51.100.1 | 10.0.0.1",
                "for=\"198.51.100.1 | 10.0.0.1",
                "for= | 10.0.0.1",
                "= ; , ; = | 10.0.0.1"
            })
    void readsForwarded(String header, String client) {
        assertThat(forwarded("10.0.0.1", header)).isEqualTo(client);
        assertThat(forwarded("192.0.2.7", header)).isEqualTo("192.0.2.7");
    }

    @Test
    @DisplayName("M15: several lines are one; too many hops and too long a header end the walk where it is")
    void bounded() {
        assertThat(forwardedFor("10.0.0.1", "6.6.6.6", "198.51.100.1", "10.0.0.2"))
                .isEqualTo("198.51.100.1");
        List<String> hops = new ArrayList<>(Collections.nCopies(Forwarding.MAX_HOPS, "10.0.0.2"));
        hops.add(0, "6.6.6.6");
        assertThat(forwardedFor("10.0.0.1", String.join(",", hops))).isEqualTo("10.0.0.2");
        String endless = "6.6.6.6,".repeat(100_000) + "198.51.100.1";
        assertThat(forwardedFor("10.0.0.1", endless)).isEqualTo("10.0.0.1");
        assertThat(forwardedFor("10.0.0.1", endless, "10.0.0.2")).isEqualTo("10.0.0.2");
    }

    @Test
    @DisplayName(
            "M15: where both headers are there they must agree, for one of them is passed on as the client sent it")
    void bothHeaders() {
        assertThat(addresses
                        .of("10.0.0.1", List.of("for=6.6.6.6"), List.of("198.51.100.1"))
                        .text())
                .isEqualTo("10.0.0.1");
        assertThat(addresses
                        .of("10.0.0.1", List.of("for=198.51.100.1"), List.of("6.6.6.6, 198.51.100.1"))
                        .text())
                .isEqualTo("198.51.100.1");
    }

    @Test
    @DisplayName("M15: without a trusted proxy the address of the connection counts, and of version 6 its network")
    void nobodyIsTrusted() {
        ClientAddresses none = trusting("");
        assertThat(none.readsHeaders()).isFalse();
        assertThat(none.of("127.0.0.1", List.of("for=6.6.6.6"), List.of("6.6.6.6"))
                        .text())
                .isEqualTo("127.0.0.1");
        assertThat(none.of("2001:db8:1:2:3:4:5:6%eth0", List.of(), List.of()).counted())
                .isEqualTo(none.of("2001:db8:1:2::", List.of(), List.of()).counted())
                .isNotEqualTo(none.of("2001:db8:1:3::", List.of(), List.of()).counted());
        assertThat(none.of("192.0.2.1", List.of(), List.of()).counted()).isEqualTo("192.0.2.1");
        assertThat(none.of("a pipe", List.of(), List.of()).counted()).isEqualTo("a pipe");
        assertThat(trusting("private")
                        .of("172.31.0.1", List.of(), List.of("6.6.6.6"))
                        .text())
                .isEqualTo("6.6.6.6");
        assertThat(trusting("private")
                        .of("172.32.0.1", List.of(), List.of("6.6.6.6"))
                        .text())
                .isEqualTo("172.32.0.1");
        assertThat(trusting("192.0.2.128/25, ::/0")
                        .of("192.0.2.127", List.of(), List.of("6.6.6.6"))
                        .text())
                .isEqualTo("192.0.2.127");
    }

    @Property(tries = 3000)
    void neverThrowsAndNeverBelievesTheClient(@ForAll String hostile) {
        assertThat(forwardedFor("10.0.0.1", hostile + ", 198.51.100.1")).isEqualTo("198.51.100.1");
        assertThat(forwarded("192.0.2.7", hostile)).isEqualTo("192.0.2.7");
        assertThat(forwarded("10.0.0.1", hostile)).isNotBlank();
        assertThat(addresses.of(hostile, List.of(), List.of()).counted()).isEqualTo(hostile);
    }
}
