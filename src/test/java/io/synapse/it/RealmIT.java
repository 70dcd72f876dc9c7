package io.synapse.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.util.Map;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.container.test.api.RunAsClient;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.arquillian.test.api.ArquillianResource;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/** The realms that WildFly and Open Liberty have of their own; that of Payara is in {@link LdapIT}. */
@EnabledIfSystemProperty(named = "arquillian.launch", matches = "wildfly|liberty")
@ExtendWith(ArquillianExtension.class)
@RunAsClient
class RealmIT {

    @ArquillianResource
    private URL url;

    private RealmClient client;

    @Deployment(testable = false)
    static WebArchive war() {
        return WarFile.with(Map.of("synapse.auth.realm", "true"));
    }

    @BeforeEach
    void awaitServer() {
        client = new RealmClient(Server.ready(url).port());
    }

    @Test
    @DisplayName("D7: a name and a password of the realm open both sockets and REST; its groups are the roles")
    void asksTheRealm() throws Exception {
        assertThat(client.join("ann", "ann-password")).isEqualTo("ok");
        assertThat(client.join("bob", "bob-password")).isEqualTo("ok");
        assertThat(client.join("eve", "eve-password")).isEqualTo("forbidden");
        assertThat(client.dial("/ws", "ann", "ann-password")).isEqualTo(101);
        assertThat(client.rest("ann", "ann-password")).isEqualTo(200);
        assertThat(client.rest("bob", "bob-password")).isEqualTo(403);
    }

    @Test
    @DisplayName(
            "D7: a wrong password, no password and another's are refused with 401, and no session of the server's begins")
    void refuses() throws Exception {
        for (String[] wrong : new String[][] {{"ann", "bob-password"}, {"ann", ""}, {"nobody", "ann-password"}}) {
            assertThat(client.dial("/ws", wrong[0], wrong[1])).isEqualTo(401);
            assertThat(client.dial("/cortex/websocket", wrong[0], wrong[1])).isEqualTo(401);
            assertThat(client.rest(wrong[0], wrong[1])).isEqualTo(401);
            assertThat(client.login(wrong[0], wrong[1], "").statusCode()).isEqualTo(401);
        }
    }

    @Test
    @DisplayName("D7: the login page's form begins a login, from this host's pages only")
    void logsInByForm() throws Exception {
        client.logsInByForm("ann", "ann-password");
    }
}
