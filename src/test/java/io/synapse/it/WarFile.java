package io.synapse.it;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** The WAR that the build made, whole; a test may add classes and resources to what it gets here. */
public final class WarFile {

    private static final String CONFIG = "WEB-INF/classes/META-INF/microprofile-config.properties";

    private WarFile() {}

    /** The WAR as it is delivered. */
    public static WebArchive standard() {
        var file = new File(System.getProperty("synapse.it.war", "target/synapse.war"));
        return ShrinkWrap.createFromZipFile(WebArchive.class, file);
    }

    /** The WAR with other values in its own configuration. */
    public static WebArchive with(Map<String, String> overrides) {
        var war = standard();
        var config = new Properties();
        try (var packed = war.get(CONFIG).getAsset().openStream()) {
            config.load(packed);
            // Tests are fast and many, and come from one address; those of the limits name their profile.
            config.setProperty("synapse.limits.profile", "bench");
            config.putAll(overrides);
            var text = new StringWriter();
            config.store(text, null);
            war.delete(CONFIG);
            return war.add(new StringAsset(text.toString()), CONFIG);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The same, with what tests command and look into: an engine, tools, and a servlet that tells of the server. */
    public static WebArchive probed(Map<String, String> overrides) {
        return with(overrides)
                .addClasses(
                        ProbeEngine.class,
                        ProbeTool.class,
                        ProbeAdminTool.class,
                        ProbeServlet.class,
                        TyrusProbe.class,
                        ProbeClock.class);
    }
}
