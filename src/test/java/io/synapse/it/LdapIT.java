package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.Attribute;
import io.synapse.testing.Ports;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** An LDAP directory behind the realm of Payara Micro, by the file that {@code server-config} shows. */
@EnabledIfSystemProperty(named = "arquillian.launch", matches = "payara")
class LdapIT {

    private static final String PEOPLE = "ou=people,dc=example,dc=com";
    private static final String GROUPS = "ou=groups,dc=example,dc=com";
    private static final String EXAMPLE = "ldaps\\://ldap.example.com\\:636";
    private static final Path CONFIG = Path.of("server-config/payara-micro");

    private static InMemoryDirectoryServer directory;
    private static ServerProcess payara;
    private static RealmClient client;
    private static URI base;

    @BeforeAll
    static void start() throws Exception {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
        config.setListenerConfigs(
                InMemoryListenerConfig.createLDAPConfig("ldap", InetAddress.getLoopbackAddress(), 0, null));
        directory = new InMemoryDirectoryServer(config);
        directory.startListening();
        directory.add("dn: dc=example,dc=com", "objectClass: domain", "dc: example");
        directory.add("dn: " + PEOPLE, "objectClass: organizationalUnit", "ou: people");
        directory.add("dn: " + GROUPS, "objectClass: organizationalUnit", "ou: groups");
        for (String name : List.of("ann", "bob", "eve")) {
            directory.add(
                    dn(name),
                    new Attribute("objectClass", "inetOrgPerson"),
                    new Attribute("cn", name),
                    new Attribute("sn", name),
                    new Attribute("userPassword", name + "-password"));
        }
        group("synapse-user", "ann", "bob");
        group("synapse-publisher", "ann");
        group("accounting", "eve");

        Path servers = Path.of(System.getProperty("java.io.tmpdir"));
        Path realm = servers.resolve("ldap.asadmin");
        String shown = Files.readString(CONFIG.resolve("ldap.asadmin"));
        assertThat(shown).contains(EXAMPLE);
        Files.writeString(realm, shown.replace(EXAMPLE, "ldap\\://127.0.0.1\\:" + directory.getListenPort("ldap")));
        int port = Ports.free();
        payara = new ServerProcess(
                "ldap-payara",
                Jvm.command(
                        "-Xmx512m",
                        "-Djava.io.tmpdir=" + servers,
                        "-Dsynapse.auth.realm=true",
                        "-Dsynapse.limits.profile=bench",
                        "-jar",
                        servers.resolve("payara-micro.jar").toString(),
                        "--nocluster",
                        "--disablephonehome",
                        "--port",
                        Integer.toString(port),
                        "--contextroot",
                        "/",
                        "--logproperties",
                        CONFIG.resolve("logging.properties").toString(),
                        "--prebootcommandfile",
                        CONFIG.resolve("pre-boot.asadmin").toString(),
                        "--postbootcommandfile",
                        realm.toString(),
                        "--deploy",
                        System.getProperty("synapse.it.war")),
                Map.of());
        base = URI.create("http://127.0.0.1:" + port + "/");
        payara.awaitAnswer(base.resolve("/health/ready"), Duration.ofMinutes(6));
        client = new RealmClient(port);
    }

    private static String dn(String name) {
        return "uid=" + name + "," + PEOPLE;
    }

    private static void group(String name, String... members) throws Exception {
        directory.add(
                "cn=" + name + "," + GROUPS,
                new Attribute("objectClass", "groupOfNames"),
                new Attribute("cn", name),
                new Attribute(
                        "member", List.of(members).stream().map(LdapIT::dn).toList()));
    }

    @AfterAll
    static void stop() throws Exception {
        if (payara != null) {
            payara.stop();
        }
        directory.shutDown(true);
    }

    @Test
    @DisplayName("D7: a name and a password of the directory open both sockets and REST; its groups are the roles")
    void asksTheDirectory() throws Exception {
        assertThat(client.join("ann", "ann-password")).isEqualTo("ok");
        assertThat(client.join("bob", "bob-password")).isEqualTo("ok");
        assertThat(client.join("eve", "eve-password")).isEqualTo("forbidden");
        assertThat(client.dial("/ws", "ann", "ann-password")).isEqualTo(101);
        assertThat(client.rest("ann", "ann-password")).isEqualTo(200);
        assertThat(client.rest("bob", "bob-password")).isEqualTo(403);
    }

    @Test
    @DisplayName(
            "D7: a wrong password, no password, another's, and names that mean something to LDAP are refused with 401")
    void refuses() throws Exception {
        for (String[] wrong : new String[][] {
            {"ann", "bob-password"},
            {"ann", ""},
            {"", "ann-password"},
            {"nobody", "ann-password"},
            {"*", "ann-password"},
            {"a*", "ann-password"},
            {"ann)(uid=*", "ann-password"},
            {"*)(objectClass=*", "x"},
            {"ann ", "ann-password"},
            {"ann\u0000", "ann-password"},
        }) {
            assertThat(client.dial("/ws", wrong[0], wrong[1])).as(wrong[0]).isEqualTo(401);
            assertThat(client.dial("/cortex/websocket", wrong[0], wrong[1]))
                    .as(wrong[0])
                    .isEqualTo(401);
            assertThat(client.rest(wrong[0], wrong[1])).as(wrong[0]).isEqualTo(401);
            assertThat(client.login(wrong[0], wrong[1], "").statusCode())
                    .as(wrong[0])
                    .isEqualTo(401);
        }
        assertThat(payara.read()).doesNotContain("ann-password", "bob-password");
    }

    @Test
    @DisplayName("D7: the login page in Chromium")
    void logsInOnThePage() throws Exception {
        Node.test("login.test.js", base, Duration.ofMinutes(2));
    }

    @Test
    @DisplayName("D7: a password that was changed and a group that was left count at once")
    void followsTheDirectory() throws Exception {
        directory.add(
                dn("kim"),
                new Attribute("objectClass", "inetOrgPerson"),
                new Attribute("cn", "kim"),
                new Attribute("sn", "kim"),
                new Attribute("userPassword", "first"));
        directory.modify("dn: cn=synapse-user," + GROUPS, "changetype: modify", "add: member", "member: " + dn("kim"));
        assertThat(client.join("kim", "first")).isEqualTo("ok");
        directory.modify("dn: " + dn("kim"), "changetype: modify", "replace: userPassword", "userPassword: second");
        assertThat(client.dial("/ws", "kim", "first")).isEqualTo(401);
        assertThat(client.join("kim", "second")).isEqualTo("ok");
        directory.modify(
                "dn: cn=synapse-user," + GROUPS, "changetype: modify", "delete: member", "member: " + dn("kim"));
        assertThat(client.join("kim", "second")).isEqualTo("forbidden");
    }

    @Test
    @DisplayName(
            "D7: the login page's form begins a login, from this host's pages only, and no session of the server's")
    void logsInByForm() throws Exception {
        client.logsInByForm("ann", "ann-password");
        byte[] nonsense = "no colon".getBytes(StandardCharsets.UTF_8);
        assertThat(client.restWith("Basic " + Base64.getEncoder().encodeToString(nonsense)))
                .isEqualTo(401);
        assertThat(client.restWith("Basic !")).isEqualTo(401);
    }
}
